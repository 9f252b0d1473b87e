// expect: a raw tensor has no layout: write split(borrow<Layout>(tensor))
// `borrow` takes the layout; `split` finds it in the View.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(const at::Tensor& c_attn_output) {
#ifdef SUTURE_BAD
    auto parts = split<Qkv>(c_attn_output);
#else
    auto [q, k, v] = split(borrow<Qkv>(c_attn_output));
#endif
}
