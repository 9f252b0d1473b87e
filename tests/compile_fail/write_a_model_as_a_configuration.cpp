// expect: a configuration is written as text: write config_json(model->config())
#include <suture/gpt2/save.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    auto text = config_json(model);
#else
    auto text = config_json(model->config());
#endif
}
