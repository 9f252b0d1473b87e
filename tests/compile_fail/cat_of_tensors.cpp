// expect: cat joins typed parts: write borrow<Component>(tensor) for each
// Tensors of the same width could stand in any order.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void put_back(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
#ifdef SUTURE_BAD
    auto whole = cat<Qkv>(q, k, v);
#else
    auto whole = cat<Qkv>(borrow<Q<768, 12>>(q), borrow<K<768, 12>>(k), borrow<V<768, 12>>(v));
#endif
}
