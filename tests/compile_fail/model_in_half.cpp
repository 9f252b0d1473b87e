// expect: a module is moved by to(): write model->to(torch::kHalf)
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    model.half();
#else
    model->to(torch::kHalf);
#endif
}
