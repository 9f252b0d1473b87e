// expect: a file is written by a function: write save_safetensors(path, tensors)
// An open file is only read; a file of the same name can be written meanwhile.
#include <suture/file/safetensors.hpp>

using namespace suture;

[[maybe_unused]] void use(const Safetensors& file, const at::Tensor& t) {
#ifdef SUTURE_BAD
    file.write("w", t);
#else
    auto tensors = file.load_all();
    tensors["w"] = t;
    save_safetensors("new.safetensors", tensors);
#endif
}
