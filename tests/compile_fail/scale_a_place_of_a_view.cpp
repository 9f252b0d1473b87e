// expect: a View or a const Owned is read-only: write view | place.multiply(value)
// The edit gives an Owned and leaves the View as it was.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void halve(View<Qkv> activation) {
#ifdef SUTURE_BAD
    activation[on<Q>(head(3))] *= 0.5;
#else
    Owned<Qkv> halved = activation | on<Q>(head(3)).multiply(0.5);
#endif
}
