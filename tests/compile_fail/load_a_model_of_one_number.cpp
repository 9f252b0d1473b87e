// expect: a model is loaded from a directory: write gpt2::load(directory)
// Both numbers are needed: the width and the number of heads.
#include <suture/gpt2/load.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    auto model = load_gpt2<768>("gpt2");
#else
    auto model = gpt2::load("gpt2");
#endif
}
