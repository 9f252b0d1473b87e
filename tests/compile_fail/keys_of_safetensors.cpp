// expect: the names have a function: write file.names()
// In the order of the data in the file.
#include <suture/file/safetensors.hpp>

using namespace suture;

void use(const Safetensors& file) {
#ifdef SUTURE_BAD
    auto names = file.keys();
#else
    auto names = file.names();
#endif
}
