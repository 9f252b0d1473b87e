// expect: a site is looked up by its name with at(): write latest.at(name)
// A number in brackets is a layer.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(const Latest<Qkv>& latest) {
#ifdef SUTURE_BAD
    auto activation = latest["h.3.attn.c_attn"];
#else
    auto activation = latest.at("h.3.attn.c_attn");
#endif
}
