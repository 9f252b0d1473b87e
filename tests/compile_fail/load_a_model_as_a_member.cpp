// expect: a model is loaded by a function: write pretrained::load(directory)
// The directory has config.json and the weights, as Hugging Face writes them.
#include <suture/pretrained/load.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    auto model = Decoder::from_pretrained("gpt2");
#else
    auto model = pretrained::load("gpt2");
#endif
}
