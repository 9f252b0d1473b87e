// expect: an entry goes by its site: write latest[3], or latest[site.name()]
// A recorder keeps the names of its sites.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(const Latest<Qkv>& latest, const SiteRef<Qkv>& c_attn) {
#ifdef SUTURE_BAD
    auto activation = latest[c_attn];
#else
    auto activation = latest[c_attn.name()];
#endif
}
