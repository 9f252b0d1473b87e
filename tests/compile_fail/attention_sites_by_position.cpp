// expect: the sites have names: write AttentionSites().output(site).pattern(site)
// Either may be left out.
#include <suture/suture.hpp>

using namespace suture;

void use(const HookPoint<AnyLayout>& z, const HookPoint<AnyLayout>& pattern) {
#ifdef SUTURE_BAD
    AttentionSites sites(z, pattern);
#else
    AttentionSites sites = AttentionSites().output(z).pattern(pattern);
#endif
}
