// expect: a pattern is an argument: write sites<Layout>(model, pattern)
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    auto found = sites<"h.*.resid_pre">(model);
#else
    auto found = sites(model, "h.*.resid_pre");
#endif
}
