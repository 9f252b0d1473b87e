// expect: a tensor has a name: write file.contains(name)
#include <suture/file/safetensors.hpp>

using namespace suture;

[[maybe_unused]] void use(const Safetensors& file) {
#ifdef SUTURE_BAD
    bool x = file.contains(3);
#else
    bool x = file.contains("w");
#endif
}
