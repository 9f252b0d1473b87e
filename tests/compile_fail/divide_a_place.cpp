// expect: a place is not its values: write place.divide(value), or view[place] / value
// The first is an edit, the second computes with the values.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    auto edited = view | (on<Q>() / 2.0);
#else
    auto edited = view | on<Q>().divide(2.0);
    at::Tensor computed = view[on<Q>(token(4))] / 2.0;
#endif
}
