// expect: borrow takes a layout and a tensor: write borrow<Layout>(tensor)
// A View always shows a tensor.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(const at::Tensor& c_attn_output) {
#ifdef SUTURE_BAD
    auto view = borrow<Qkv>();
#else
    auto view = borrow<Qkv>(c_attn_output);
#endif
}
