// expect: a model takes token ids: write model(ids), an integer tensor [batch, tokens]
// A Tokenizer makes them from a text.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    const at::Tensor logits = model("When Mary");
    (void)ids;
#else
    const at::Tensor logits = model(ids);
#endif
}
