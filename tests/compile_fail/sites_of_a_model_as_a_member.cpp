// expect: sites are found by a function: write sites<Layout>(model, pattern)
// The layout is checked against those of the sites.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto z = model->sites("h.*.attn.z");
#else
    auto z = sites<Z<768, 12>>(model, "h.*.attn.z");
#endif
}
