// expect: a block goes by its number: write model->blocks[1]
// The number is checked.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto block = model->blocks.at(1);
#else
    auto block = model->blocks[1];
#endif
}
