// expect: a Tokenizer makes token ids: write tokenizer.encode(text)
// Tokenizer::open reads those of a directory.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto logits = model(model->to_tokens("When Mary"));
#else
    auto logits = model(ids);
#endif
}
