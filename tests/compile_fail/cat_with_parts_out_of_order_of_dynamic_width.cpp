// expect: the parts given to cat are out of order: give them in the order of the layout
// The families say the order, whatever the numbers.
#include <suture/suture.hpp>

using namespace suture;

using AnyGpt2 = Gpt2Qkv<dynamic, dynamic>;

auto join(const View<Q<dynamic, dynamic>>& q, const View<K<dynamic, dynamic>>& k, const View<V<768, 12>>& v) {
#ifdef SUTURE_BAD
    return cat<AnyGpt2>(k, q, v);
#else
    return cat<AnyGpt2>(q, k, v);
#endif
}
