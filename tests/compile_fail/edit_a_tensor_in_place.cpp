// expect: a raw tensor has no layout: write borrow<Layout>(tensor) | edit
// An Owned can be edited in place; a tensor that nobody else holds can be adopted as one.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(at::Tensor activation) {
#ifdef SUTURE_BAD
    activation |= on<Q>().zero();
#else
    auto edited = adopt<Qkv>(std::move(activation)) | on<Q>().zero();
#endif
}
