// expect: a block has a number and an input: write model->block(3, x)
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model, const at::Tensor& x) {
#ifdef SUTURE_BAD
    at::Tensor y = model->block(x, 3);
#else
    at::Tensor y = model->block(3, x);
#endif
}
