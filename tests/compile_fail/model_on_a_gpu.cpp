// expect: a module is moved by to(): write model->to(torch::kCUDA)
// LibTorch has one function for devices and dtypes.
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    model.cuda();
#else
    model->to(torch::kCUDA);
#endif
}
