// expect: models of all sizes are loaded by one function: write gpt2::load(directory)
// Sizes used to be template arguments; now the files tell them, and a site checks the layout that it is asked for.
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto model = load_gpt2<768, 12>("gpt2");
#else
    auto model = gpt2::load("gpt2");
#endif
}
