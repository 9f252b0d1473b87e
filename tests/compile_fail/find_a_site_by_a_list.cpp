// expect: a site has one path: write sites<Layout>(model, pattern) for several
// A pattern may hold *, ? and [0-3], as in a shell.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(Decoder& model) {
#ifdef SUTURE_BAD
    auto found = site<Z<768, 12>>(model, {"h.0.attn.z", "h.1.attn.z"});
#else
    auto found = sites<Z<768, 12>>(model, "h.[01].attn.z");
#endif
}
