// expect: a number is not a layout: write sites<Resid<768>>(model, pattern)
// A width alone does not say what the channels are.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(Decoder& model) {
#ifdef SUTURE_BAD
    const auto found = sites<768>(model, "h.*.resid_pre");
#else
    const auto found = sites<Resid<768>>(model, "h.*.resid_pre");
#endif
}
