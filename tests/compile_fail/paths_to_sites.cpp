// expect: paths lead to a grid: write to(Grid::of(sites, on<Q>(head(3))))
// Paths end at components, heads or positions of sites, which a grid names.
#include <suture/core/catalogue.hpp>
#include <suture/suture.hpp>
#include <suture/sweep/path_patching.hpp>

using namespace suture;

Paths to_queries(const Paths& direct, const std::vector<SiteRef<Gpt2Qkv<768, 12>>>& c_attn) {
#ifdef SUTURE_BAD
    return direct.to(c_attn);
#else
    return direct.to(Grid::of<Q>(c_attn));
#endif
}
