// expect: a model is loaded by a function: write load_gpt2<768, 12>(directory)
// A constructor takes a configuration, and gives random weights.
#include <suture/gpt2/load.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    Gpt2<768, 12> model("gpt2");
#else
    Gpt2<768, 12> model = load_gpt2<768, 12>("gpt2");
#endif
}
