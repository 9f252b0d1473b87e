// expect: the function is called with a Gpt2 of any size: write [](auto model) { ... }
// The width stands in a file, so the function is compiled for each of Gpt2Sizes.
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    visit_gpt2("gpt2", [](Decoder) {});
#else
    visit_gpt2("gpt2", [](auto) {});
#endif
}
