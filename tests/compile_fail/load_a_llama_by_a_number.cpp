// expect: a model is loaded from a directory: write llama::load(directory)
// The directory has config.json and the weights, as Hugging Face writes them.
#include <suture/llama/load.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto model = llama::load(7);
#else
    auto model = llama::load("SmolLM2-135M");
#endif
}
