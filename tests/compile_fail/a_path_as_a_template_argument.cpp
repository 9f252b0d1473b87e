// expect: a path is an argument: write site<Layout>(model, path)
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    auto found = site<"h.0.resid_pre">(model);
#else
    auto found = site(model, "h.0.resid_pre");
#endif
}
