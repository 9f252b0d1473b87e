// expect: a model is loaded by a function: write gpt2::load(directory)
// The directory holds config.json and model.safetensors.
#include <suture/gpt2/load.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    auto model = Decoder::from_pretrained("gpt2");
#else
    auto model = gpt2::load("gpt2");
#endif
}
