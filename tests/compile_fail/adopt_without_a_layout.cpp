// expect: adopt takes a layout and a tensor: write adopt<Layout>(std::move(tensor))
// The Owned has a layout, as every View has.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void own(at::Tensor t) {
#ifdef SUTURE_BAD
    auto owned = adopt(std::move(t));
#else
    auto owned = adopt<Qkv>(std::move(t));
#endif
}
