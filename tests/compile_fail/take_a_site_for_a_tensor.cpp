// expect: a site has no values: record them with a Latest, or change them by a recipe
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const SiteRef<Q<768, 12>>& site, HookSet& hooks, Latest<Q<768, 12>>& latest) {
#ifdef SUTURE_BAD
    at::Tensor queries = site;
#else
    hooks.add(site, latest);
#endif
}
