// expect: a file closes itself when its last copy is gone: leave the call out
#include <suture/file/safetensors.hpp>

using namespace suture;

[[maybe_unused]] void use(const Safetensors& file) {
#ifdef SUTURE_BAD
    file.close();
#else
    (void)file;
#endif
}
