// expect: a submodule is found by its path: write site<Layout>(model, path)
// A site is what hooks are added at.
#include <suture/script/script.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const Script& model) {
#ifdef SUTURE_BAD
    auto at = model["h.3.attn.c_attn"];
#else
    auto at = site<Qkv>(model, "h.3.attn.c_attn");
#endif
}
