// expect: hooks live in a set: write hooks.clear()
// A model keeps no hooks.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    model->reset_hooks();
#else
    hooks.clear();
#endif
}
