// expect: unembed takes the residual stream: write model->unembed(x)
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model, const at::Tensor& x) {
#ifdef SUTURE_BAD
    at::Tensor logits = model->unembed();
    (void)x;
#else
    at::Tensor logits = model->unembed(x);
#endif
}
