// expect: raw tensors have no layout: write audit<Layout>(before, after)
// With the layout named, tensors and Views may be compared.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

auto compare(View<Qkv> before, const at::Tensor& after) {
#ifdef SUTURE_BAD
    return audit(before, after);
#else
    return audit<Qkv>(before, after);
#endif
}
