// expect: a model has many sites: write add(site<Layout>(model, path), recipe)
// A path names one of them.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    hooks.add(model, "h.3.attn.z", on<Z>().zero());
#else
    hooks.add(site<Z<768, 12>>(model, "h.3.attn.z"), on<Z>().zero());
#endif
}
