// expect: a tensor has a name: write file.dtype(name)
#include <suture/file/safetensors.hpp>

using namespace suture;

[[maybe_unused]] void use(const Safetensors& file) {
#ifdef SUTURE_BAD
    auto x = file.dtype();
#else
    auto x = file.dtype("w");
#endif
}
