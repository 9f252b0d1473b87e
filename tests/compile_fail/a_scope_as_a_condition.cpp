// expect: a scope has no value: name it on a line before the model runs
// It ends at the closing brace.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    if (const auto scope = hooks.activate()) model(ids);
#else
    const auto scope = hooks.activate();
    model(ids);
#endif
}
