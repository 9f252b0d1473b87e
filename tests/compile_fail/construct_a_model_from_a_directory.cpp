// expect: a model is loaded by a function: write gpt2::load(directory)
// A constructor takes a configuration, and gives random weights.
#include <suture/gpt2/load.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    Decoder model("gpt2");
#else
    Decoder model = gpt2::load("gpt2");
#endif
}
