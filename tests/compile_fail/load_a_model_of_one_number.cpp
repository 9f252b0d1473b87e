// expect: a model is loaded from a directory: write load_gpt2<768, 12>(directory)
// Both numbers are needed: the width and the number of heads.
#include <suture/gpt2/load.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    auto model = load_gpt2<768>("gpt2");
#else
    auto model = load_gpt2<768, 12>("gpt2");
#endif
}
