// expect: a recorder is filled by hooks: write hooks.add(sites, latest)
// The same set of hooks may hold edits.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(HookSet& hooks, const std::vector<SiteRef<Qkv>>& sites) {
#ifdef SUTURE_BAD
    Latest<Qkv> latest(sites);
#else
    Latest<Qkv> latest;
    hooks.add(sites, latest);
#endif
}
