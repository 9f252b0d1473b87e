// expect: sites finds several: write auto found = sites<Layout>(model, pattern)
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    SiteRef<Resid<768>> found = sites<Resid<768>>(model, "h.*.resid_pre");
#else
    auto found = sites<Resid<768>>(model, "h.*.resid_pre");
#endif
}
