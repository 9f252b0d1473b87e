// expect: a layer is a site: write site<Layout>(model, path), as in h.3.attn.c_attn
// A place lies in one activation. The layer is chosen where the hook is added.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(HookSet& hooks, const std::vector<SiteRef<Qkv>>& layers) {
#ifdef SUTURE_BAD
    hooks.add(layers, on<Q>(layer(3), token(4)).zero());
#else
    hooks.add(layers[3], on<Q>(token(4)).zero());
#endif
}
