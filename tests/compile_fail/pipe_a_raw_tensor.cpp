// expect: a raw tensor has no layout: write borrow<Layout>(tensor) | edit
// A tensor does not know what its channels mean; `borrow` says so and checks the width.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(const at::Tensor& c_attn_output) {
#ifdef SUTURE_BAD
    auto edited = c_attn_output | on<Q>().zero();
#else
    auto edited = borrow<Qkv>(c_attn_output) | on<Q>().zero();
#endif
}
