// expect: all tensors are loaded at once: write file.load_all()
#include <suture/file/safetensors.hpp>

using namespace suture;

[[maybe_unused]] void use(const Safetensors& file) {
#ifdef SUTURE_BAD
    for (auto& tensor : file.items()) (void)tensor;
#else
    for (auto& tensor : file.load_all()) (void)tensor;
#endif
}
