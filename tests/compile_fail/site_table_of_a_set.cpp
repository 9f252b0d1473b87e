// expect: the model comes first: write site_table(model, hooks, ids)
// The model comes first.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto table = site_table(hooks, model, ids);
#else
    auto table = site_table(model, hooks, ids);
#endif
}
