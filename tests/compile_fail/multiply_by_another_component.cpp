// expect: the injected View holds another component: take its values with read()
// Whatever the operation, a View means the same component.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

auto weigh(View<Qkv> clean) {
#ifdef SUTURE_BAD
    return on<Q<768, 12>>().multiply(clean[on<K>()]);
#else
    return on<Q<768, 12>>().multiply(clean[on<Q>()]);
#endif
}
