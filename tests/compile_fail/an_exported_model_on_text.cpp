// expect: a model is called with tensors: write model(ids)
// A tokenizer makes ids of a text.
#include <suture/exported/exported.hpp>

using namespace suture;

at::Tensor logits(const Exported& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    struct Prompt {};
    return model(Prompt());
#else
    return model(ids);
#endif
}
