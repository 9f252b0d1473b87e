// expect: a SiteRef is not a pointer: write site.name(), with a dot
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const SiteRef<Q<768, 12>>& site) {
#ifdef SUTURE_BAD
    auto name = site->name();
#else
    auto name = site.name();
#endif
}
