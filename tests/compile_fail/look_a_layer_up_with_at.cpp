// expect: an entry goes by its site: write latest[3], or latest[site.name()]
// A number is that of the site, counted from 0; a name is its path.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(const Latest<Qkv>& latest) {
#ifdef SUTURE_BAD
    auto activation = latest.at(0);
#else
    auto activation = latest[0];
    auto same = latest["h.0.attn.c_attn"];
#endif
}
