// expect: one layer at a time: write history.of(3), or history.of(site.name())
// A History is also a range of its entries.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const History<Qkv>& history) {
#ifdef SUTURE_BAD
    auto both = history.of({"h.0.attn.c_attn", "h.1.attn.c_attn"});
#else
    auto one = history.of("h.0.attn.c_attn");
#endif
}
