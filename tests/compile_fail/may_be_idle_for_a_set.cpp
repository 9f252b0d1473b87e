// expect: a key says how its hooks run: write hooks.add(site, recipe).may_be_idle()
// Only these hooks may then miss their site.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(HookSet& hooks, const std::vector<SiteRef<Qkv>>& found) {
#ifdef SUTURE_BAD
    hooks.add(found, on<Q>().zero());
    hooks.may_be_idle();
#else
    hooks.add(found, on<Q>().zero()).may_be_idle();
#endif
}
