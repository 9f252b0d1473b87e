// expect: one entry at a time: write latest[3], or latest[site.name()]
// A Latest is also a range of its entries.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const Latest<Qkv>& latest) {
#ifdef SUTURE_BAD
    auto both = latest[{"h.0.attn.c_attn", "h.1.attn.c_attn"}];
#else
    auto one = latest["h.0.attn.c_attn"];
#endif
}
