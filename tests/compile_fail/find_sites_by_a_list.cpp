// expect: one pattern names several sites: write sites<Layout>(model, pattern) with a *
// A pattern may hold *, ? and [0-3], as in a shell.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(Decoder& model) {
#ifdef SUTURE_BAD
    auto found = sites<Z<768, 12>>(model, {"h.0.attn.z", "h.1.attn.z"});
#else
    auto found = sites<Z<768, 12>>(model, "h.[01].attn.z");
#endif
}
