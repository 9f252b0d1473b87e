// expect: a site goes by its name: write site.name()
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const SiteRef<Resid<768>>& site) {
#ifdef SUTURE_BAD
    auto path = site.path();
#else
    auto path = site.name();
#endif
}
