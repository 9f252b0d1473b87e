// expect: a model is loaded by a function: write pretrained::load(directory)
// A constructor takes a configuration, and gives random weights.
#include <suture/pretrained/load.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    Decoder model("gpt2");
#else
    Decoder model = pretrained::load("gpt2");
#endif
}
