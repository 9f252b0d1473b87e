// expect: a key says how its hooks run: write hooks.add(site, recipe).once()
// Each hook then runs in the next pass of its site, and not again.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(HookSet& hooks, const std::vector<SiteRef<Qkv>>& found) {
#ifdef SUTURE_BAD
    hooks.add(found, on<Q>().zero());
    hooks.once();
#else
    hooks.add(found, on<Q>().zero()).once();
#endif
}
