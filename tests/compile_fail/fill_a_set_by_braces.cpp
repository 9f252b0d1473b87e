// expect: a set is filled by add: write hooks.add(site, recipe)
// A set is empty when it is made.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const std::vector<SiteRef<Qkv>>& found) {
#ifdef SUTURE_BAD
    HookSet hooks{{found, on<Q>().zero()}};
#else
    HookSet hooks;
    hooks.add(found, on<Q>().zero());
#endif
}
