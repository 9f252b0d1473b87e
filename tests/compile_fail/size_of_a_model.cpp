// expect: a model has layers: write model->layers()
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    auto n = model.size();
#else
    auto n = model->layers();
#endif
}
