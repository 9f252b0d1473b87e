// expect: a list is not a value: write at::tensor({1.0, 2.0})
// A tensor has a dtype; a list does not say which.
#include <ATen/ops/tensor.h>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void inject(Owned<Qkv>& mine) {
#ifdef SUTURE_BAD
    mine[on<Q>(dims<0, 2>)] = {1.0, 2.0};
#else
    mine[on<Q>(dims<0, 2>)] = at::tensor({1.0, 2.0});
#endif
}
