// expect: the blocks of all families are named so: write model->blocks[1]
// Paths have the names of the family, "h.1.attn.z" in GPT-2, but members have one name in all families.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto block = model->h[1];
#else
    auto block = model->blocks[1];
#endif
}
