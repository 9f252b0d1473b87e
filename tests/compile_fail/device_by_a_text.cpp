// expect: a device is named by its constant: write model->to(torch::kCUDA)
#include <suture/gpt2/gpt2.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    model->to("cuda");
#else
    model->to(torch::kCUDA);
#endif
}
