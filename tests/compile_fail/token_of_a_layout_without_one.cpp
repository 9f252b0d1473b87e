// expect: the layout names no token axis: leave the selector out, or name the axis
// A pooled activation has a row for each prompt and none for its tokens.
#include <suture/suture.hpp>

using namespace suture;

using Pooled = Ordered<Resid<768>, Axis::batch>;

void use(View<Pooled> pooled) {
#ifdef SUTURE_BAD
    auto edited = pooled | on<Resid>(mask(at::ones({4}, at::kBool))).zero();
#else
    auto edited = pooled | on<Resid>(batch(0)).zero();
#endif
}
