// expect: a site is found in a model: write site<Layout>(model, path)
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    SiteRef<Resid<768>> found;
    (void)model;
#else
    SiteRef<Resid<768>> found = site<Resid<768>>(model, "h.0.resid_pre");
#endif
}
