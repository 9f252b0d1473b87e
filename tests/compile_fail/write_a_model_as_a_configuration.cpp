// expect: a configuration is written as text: write gpt2::config_json(config)
#include <suture/gpt2/save.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    auto text = gpt2::config_json(model);
#else
    auto text = gpt2::config_json(model->config());
#endif
}
