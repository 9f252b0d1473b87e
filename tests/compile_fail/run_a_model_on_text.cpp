// expect: this model cannot be run with these inputs: give what its forward takes
// A Tokenizer makes ids of text.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto logits = run_with_hooks(model, hooks, "When Mary and John");
#else
    auto logits = run_with_hooks(model, hooks, ids);
#endif
}
