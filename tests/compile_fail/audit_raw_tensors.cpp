// expect: raw tensors have no layout: write audit<Layout>(before, after)
// An audit names the components that changed, so it must know where they lie.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

auto compare(const at::Tensor& before, const at::Tensor& after) {
#ifdef SUTURE_BAD
    return audit(before, after);
#else
    return audit<Qkv>(before, after);
#endif
}
