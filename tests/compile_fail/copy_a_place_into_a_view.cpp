// expect: a View or a const Owned is read-only: write view | place.set(value)
// The value of another place is injected as it is.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void patch(View<Qkv> corrupted, View<Qkv> clean) {
#ifdef SUTURE_BAD
    corrupted[on<Q>(token(1))] = clean[on<Q>(token(3))];
#else
    Owned<Qkv> patched = corrupted | on<Q>(token(1)).set(clean[on<Q>(token(3))]);
#endif
}
