// expect: a View is read-only: write view | on<C>().set(value)
// A View injected by `set` is used at the same place: activation patching.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void patch(View<Qkv> corrupted, View<Qkv> clean) {
#ifdef SUTURE_BAD
    corrupted[on<Q>()] = clean[on<Q>()];
#else
    Owned<Qkv> patched = corrupted | on<Q>().set(clean[on<Q>()]);
#endif
}
