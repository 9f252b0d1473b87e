// expect: others may hold this tensor: write borrow<Layout>(tensor).clone()
// An Owned is alone with its storage. A tensor that provably nobody else holds can be adopted without a copy.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(const at::Tensor& c_attn_output) {
#ifdef SUTURE_BAD
    Owned<Qkv> mine = c_attn_output;
#else
    Owned<Qkv> mine = borrow<Qkv>(c_attn_output).clone();
#endif
}
