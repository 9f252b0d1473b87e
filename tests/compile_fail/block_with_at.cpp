// expect: a block goes by its number: write model->h[1]
// The number is checked.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Gpt2<768, 12>& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto block = model->h.at(1);
#else
    auto block = model->h[1];
#endif
}
