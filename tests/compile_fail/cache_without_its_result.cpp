// expect: a run gives two: write auto [logits, cache] = run_with_cache(model, sites, ids)
// The result of the model comes first, as in TransformerLens.
#include <suture/suture.hpp>

using namespace suture;

struct Model {
    at::Tensor forward(const at::Tensor&);
};

[[maybe_unused]] void use(Model& model, const SiteRef<Q<768, 12>>& site, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto cache = run_with_cache(model, site, ids);
    auto queries = cache["q"];
#else
    auto [logits, cache] = run_with_cache(model, site, ids);
    auto queries = cache["q"];
#endif
}
