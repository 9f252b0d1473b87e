// expect: a model is loaded from a directory: write neox::load(directory)
// The directory has config.json and the weights, as Hugging Face writes them.
#include <suture/neox/load.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto model = neox::load(7);
#else
    auto model = neox::load("pythia-70m");
#endif
}
