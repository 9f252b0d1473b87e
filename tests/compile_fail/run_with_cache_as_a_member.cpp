// expect: a model is run by a function: write run_with_cache(model, sites, ids)
// The function runs any model, and records at the sites that it is given.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto cache = model->run_with_cache(ids);
#else
    auto [logits, cache] = run_with_cache(model, sites<Z<768, 12>>(model, "h.*.attn.z"), ids);
#endif
}
