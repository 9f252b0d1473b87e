// expect: a model gives logits: write model(ids), and choose the next token
// How to choose is up to the program.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto next = model->generate(ids);
#else
    auto next = model(ids).select(1, -1).argmax(-1);
#endif
}
