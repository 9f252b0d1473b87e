// expect: tensors have names: write save_safetensors(path, {{name, tensor}})
// A file holds any number of tensors.
#include <suture/file/safetensors.hpp>

using namespace suture;

void use(const at::Tensor& t) {
#ifdef SUTURE_BAD
    save_safetensors("out.safetensors", t);
#else
    save_safetensors("out.safetensors", {{"t", t}});
#endif
}
