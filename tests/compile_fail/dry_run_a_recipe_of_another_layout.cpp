// expect: the layout lacks the component: name one that it has
// A rehearsal is as strict as the performance.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

auto rehearse(View<Qkv> activation) {
#ifdef SUTURE_BAD
    return dry_run(on<Mlp>().zero(), activation);
#else
    return dry_run(on<V>().zero(), activation);
#endif
}
