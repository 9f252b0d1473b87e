// expect: a place is not split: split the View, then read the place of a part
// A place is part of one component.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto parts = split(activation[on<Qkv>(token(4))]);
#else
    auto [q, k, v] = split(activation);
    at::Tensor row = q[on<Q>(token(4))].clone();
#endif
}
