// expect: a model is loaded by a function: write load_gpt2<768, 12>(directory)
// The directory holds config.json and model.safetensors.
#include <suture/gpt2/load.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    auto model = Gpt2<768, 12>::from_pretrained("gpt2");
#else
    auto model = load_gpt2<768, 12>("gpt2");
#endif
}
