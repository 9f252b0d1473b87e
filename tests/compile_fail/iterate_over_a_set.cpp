// expect: a set is not a range: keep the keys that add returns
// A key switches, counts and removes the hooks of one call.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(HookSet& hooks, const std::vector<SiteRef<Qkv>>& found) {
#ifdef SUTURE_BAD
    for (auto& hook : hooks) hook.remove();
#else
    const HookKey key = hooks.add(found, on<Q>().zero());
    key.remove();
#endif
}
