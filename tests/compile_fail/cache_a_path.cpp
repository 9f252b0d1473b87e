// expect: a path is looked up: write run_with_cache(model, sites<L>(model, path), ids)
// The layout of the sites is that of the Views in the cache.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

auto look(Hooked<torch::nn::Identity>& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    return run_with_cache(model, "h.*.resid_post", ids);
#else
    return run_with_cache(model, sites<Resid<768>>(model, "h.*.resid_post"), ids);
#endif
}
