// expect: sites have no hook_ prefix: print site_table(model, ids) for their names
// The sites of a block are resid_pre, resid_mid and resid_post.
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model, HookSet& hooks) {
#ifdef SUTURE_BAD
    hooks.add(model->blocks[0]->hook_resid_pre, on<Resid>().zero());
#else
    hooks.add(model->blocks[0]->resid_pre, on<Resid>().zero());
#endif
}
