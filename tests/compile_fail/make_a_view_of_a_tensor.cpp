// expect: a tensor has no layout: write borrow<Layout>(tensor)
// `borrow` checks that the tensor has the width of the layout.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(const at::Tensor& c_attn_output) {
#ifdef SUTURE_BAD
    View<Qkv> activation = c_attn_output;
#else
    View<Qkv> activation = borrow<Qkv>(c_attn_output);
#endif
}
