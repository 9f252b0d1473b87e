// expect: the sizes are in the configuration: write model->config().layers
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    auto n = model->cfg;
#else
    auto n = model->config().layers;
#endif
}
