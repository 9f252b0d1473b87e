// expect: a module is moved by to(): write model->to(torch::kCPU)
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    model.cpu();
#else
    model->to(torch::kCPU);
#endif
}
