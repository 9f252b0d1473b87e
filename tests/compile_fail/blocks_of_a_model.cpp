// expect: the blocks are named h, as in Hugging Face: write model->blocks[1]
// All names are those of Hugging Face.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto block = model->blocks(1);
#else
    auto block = model->blocks[1];
#endif
}
