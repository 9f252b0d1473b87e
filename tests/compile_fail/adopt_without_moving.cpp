// expect: adopt takes over its tensor: write adopt<Layout>(std::move(tensor))
// While another handle holds the tensor, nobody else may adopt it. Moving it in gives up that handle.
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
