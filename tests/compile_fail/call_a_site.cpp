// expect: a site is not a module: write model(x), or hooks.add(site, recipe)
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const SiteRef<Q<768, 12>>& site, HookSet& hooks) {
#ifdef SUTURE_BAD
    site.forward(3);
#else
    hooks.add(site, on<Q>().zero());
#endif
}
