// expect: a recorder is added at sites: write hooks.add(sites<L>(model, path), latest)
// A recorder does not know where it records until it is added.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(HookSet& hooks, const std::vector<SiteRef<Qkv>>& found) {
#ifdef SUTURE_BAD
    Latest<Qkv> latest("h.3.attn.c_attn");
#else
    Latest<Qkv> latest;
    hooks.add(found, latest);
#endif
}
