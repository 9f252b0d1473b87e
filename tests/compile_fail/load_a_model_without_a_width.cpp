// expect: a model has a width and heads: write gpt2::load(directory)
// visit_gpt2 reads them from the directory.
#include <suture/gpt2/load.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    auto model = load_gpt2("gpt2");
#else
    auto model = gpt2::load("gpt2");
#endif
}
