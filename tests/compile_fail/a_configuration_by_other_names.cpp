// expect: the fields have plain names: write config.layers, heads, width, positions
// The file config.json has the names of Hugging Face; the comments of Gpt2Config list both.
#include <suture/gpt2/config.hpp>

using namespace suture;

[[maybe_unused]] void use(Gpt2Config& config) {
#ifdef SUTURE_BAD
    config.n_layer = 2;
#else
    config.layers = 2;
#endif
}
