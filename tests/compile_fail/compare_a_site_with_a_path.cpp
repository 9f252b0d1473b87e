// expect: a site is not its path: write site.name() == path
// Sites are compared by identity.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const SiteRef<Qkv>& site) {
#ifdef SUTURE_BAD
    const bool same = site == "h.3.attn.c_attn";
    (void)same;
#else
    const bool same = site.name() == "h.3.attn.c_attn";
    (void)same;
#endif
}
