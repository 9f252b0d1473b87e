// expect: models of all sizes are loaded by one function: write gpt2::load(directory)
// Sizes used to be template arguments, and a function was compiled for each of them.
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    visit_gpt2("gpt2", [](auto) {});
#else
    auto model = gpt2::load("gpt2");
#endif
}
