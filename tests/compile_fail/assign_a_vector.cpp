// expect: a place takes a number, a tensor, or a place of the same component: give one
// at::tensor copies a vector into a tensor.
#include <ATen/ops/tensor.h>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void inject(Owned<Qkv>& mine, const std::vector<double>& values) {
#ifdef SUTURE_BAD
    mine[on<Q>(token(4))] = values;
#else
    mine[on<Q>(token(4))] = at::tensor(values);
#endif
}
