// expect: a tensor has a name: write file.sizes(name)
#include <suture/file/safetensors.hpp>

using namespace suture;

[[maybe_unused]] void use(const Safetensors& file) {
#ifdef SUTURE_BAD
    auto x = file.sizes();
#else
    auto x = file.sizes("w");
#endif
}
