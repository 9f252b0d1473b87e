// expect: the path comes first: write save_safetensors(path, tensors)
// Metadata may follow.
#include <suture/file/safetensors.hpp>

using namespace suture;

void use(const at::Tensor& q) {
#ifdef SUTURE_BAD
    save_safetensors({{"q", q}}, "queries.safetensors");
#else
    save_safetensors("queries.safetensors", {{"q", q}});
#endif
}
