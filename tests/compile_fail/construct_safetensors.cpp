// expect: a file is opened by a function: write Safetensors::open(path)
// Opening may fail, and says why.
#include <suture/file/safetensors.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    Safetensors file("model.safetensors");
#else
    Safetensors file = Safetensors::open("model.safetensors");
#endif
}
