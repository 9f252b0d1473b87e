// expect: a tensor is loaded by its name: write file.load(name)
// Every load reads the tensor from the disk.
#include <suture/file/safetensors.hpp>

using namespace suture;

void use(const Safetensors& file) {
#ifdef SUTURE_BAD
    at::Tensor t = file["wte.weight"];
#else
    at::Tensor t = file.load("wte.weight");
#endif
}
