// expect: an open file is always good: open() throws a FileError otherwise
#include <suture/file/safetensors.hpp>

using namespace suture;

[[maybe_unused]] void use(const Safetensors& file) {
#ifdef SUTURE_BAD
    if (file) return;
#else
    if (file.contains("w")) return;
#endif
}
