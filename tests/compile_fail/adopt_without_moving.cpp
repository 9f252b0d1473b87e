// expect: adopt takes a tensor over: write adopt<Layout>(std::move(tensor))
// A tensor that stays in somebody's hands is not held once.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void own(at::Tensor t) {
#ifdef SUTURE_BAD
    auto owned = adopt<Qkv>(t);
#else
    auto owned = adopt<Qkv>(std::move(t));
#endif
}
