// expect: paths avoid sites: find them by sites<Layout>(model, pattern)
// What paths avoid are sites of the model, which know how their activations are packed.
#include <suture/suture.hpp>
#include <suture/sweep/path_patching.hpp>

using namespace suture;

Paths direct(const std::vector<SiteRef<Z<768, 12>>>& z) {
#ifdef SUTURE_BAD
    return Paths::avoiding("h.*.attn.z");
#else
    return Paths::avoiding(z);
#endif
}
