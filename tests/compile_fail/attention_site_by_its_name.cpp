// expect: this takes a site of the attention: write AttentionSites().output(attn->z)
// Paths are looked up by site(model, path).
#include <suture/suture.hpp>

using namespace suture;

void use(const HookPoint<AnyLayout>& z) {
#ifdef SUTURE_BAD
    AttentionSites sites = AttentionSites().output("z");
#else
    AttentionSites sites = AttentionSites().output(z);
#endif
}
