// expect: a shape is called sizes, as in PyTorch: write file.sizes(name)
#include <suture/file/safetensors.hpp>

using namespace suture;

[[maybe_unused]] void use(const Safetensors& file) {
#ifdef SUTURE_BAD
    auto x = file.shape("w");
#else
    auto x = file.sizes("w");
#endif
}
