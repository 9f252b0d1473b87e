// expect: site finds one: write auto found = sites<Layout>(model, pattern)
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const SiteRef<Q<768, 12>>& site) {
#ifdef SUTURE_BAD
    std::vector<SiteRef<Q<768, 12>>> found = site;
#else
    std::vector<SiteRef<Q<768, 12>>> found{site};
#endif
}
