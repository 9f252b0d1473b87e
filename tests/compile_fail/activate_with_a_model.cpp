// expect: activate takes nothing: write run_with_hooks(model, hooks, ids)
// A set is active in a thread, for any model that runs there.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    const auto scope = hooks.activate(model);
#else
    const auto scope = hooks.activate();
    at::Tensor logits = model(ids);
#endif
}
