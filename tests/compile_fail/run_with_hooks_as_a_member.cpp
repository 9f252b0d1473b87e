// expect: a model is run by a function: write run_with_hooks(model, hooks, ids)
// The function runs any model.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto logits = model->run_with_hooks(ids, hooks);
#else
    auto logits = run_with_hooks(model, hooks, ids);
#endif
}
