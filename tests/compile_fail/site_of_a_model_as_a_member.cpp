// expect: a site is found by a function: write site<Layout>(model, path)
// The layout is checked against that of the site.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto z = model["h.3.attn.z"];
#else
    auto z = site<Z<768, 12>>(model, "h.3.attn.z");
#endif
}
