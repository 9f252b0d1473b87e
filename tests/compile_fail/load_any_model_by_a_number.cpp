// expect: a model is loaded from a directory: write pretrained::load(directory)
// The directory has config.json and the weights, as Hugging Face writes them.
#include <suture/pretrained/load.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto model = pretrained::load(7);
#else
    auto model = pretrained::load("SmolLM2-135M");
#endif
}
