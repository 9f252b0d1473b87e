// expect: a model gives logits: write model(ids)
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    at::Tensor logits = model->logits(ids);
#else
    at::Tensor logits = model(ids);
#endif
}
