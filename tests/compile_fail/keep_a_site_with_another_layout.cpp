// expect: this site has another layout: find it again, site<Layout>(model, path)
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const SiteRef<Q<768, 12>>& site) {
#ifdef SUTURE_BAD
    SiteRef<K<768, 12>> keys = site;
#else
    SiteRef<Q<768, 12>> queries = site;
#endif
}
