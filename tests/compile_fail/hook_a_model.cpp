// expect: a model has many sites: write add(site<Layout>(model, path), recipe)
// The path says which of them is meant; a pattern finds several.
#include <suture/hook/hooked.hpp>
#include <suture/suture.hpp>

using namespace suture;

struct BlockImpl : torch::nn::Module, HasSites {
    void visit_sites(const SiteVisitor& visit) override { visit("resid_pre", resid_pre); }
    HookPoint<Resid<768>> resid_pre;
};
TORCH_MODULE(Block);

void attach(HookSet& hooks, Block block) {
#ifdef SUTURE_BAD
    hooks.add(block, on<Resid>().zero());
#else
    hooks.add(site<Resid<768>>(block, "resid_pre"), on<Resid>().zero());
#endif
}
