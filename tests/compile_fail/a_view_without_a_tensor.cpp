// expect: a View shows a tensor: write borrow<Layout>(tensor), or use std::optional
// A View always shows a tensor. To fill one in later, use std::optional or a container.
#include <optional>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(const at::Tensor& c_attn_output) {
#ifdef SUTURE_BAD
    View<Qkv> clean;
#else
    std::optional<View<Qkv>> clean;
    clean = borrow<Qkv>(c_attn_output);
#endif
}
