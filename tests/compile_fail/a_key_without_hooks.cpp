// expect: a key is made by add: write const HookKey key = hooks.add(site, recipe)
// To choose the hooks later, use std::optional<HookKey>.
#include <optional>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(HookSet& hooks, const std::vector<SiteRef<Qkv>>& found) {
#ifdef SUTURE_BAD
    HookKey key;
    key = hooks.add(found, on<Q>().zero());
#else
    std::optional<HookKey> key;
    key = hooks.add(found, on<Q>().zero());
#endif
}
