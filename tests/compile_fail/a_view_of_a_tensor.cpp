// expect: a View shows one layout: write View<Q<768, 12>>, or a Fused of several
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

[[maybe_unused]] void use(const at::Tensor& t) {
#ifdef SUTURE_BAD
    View<at::Tensor> view(t);
#else
    View<Qkv> view = borrow<Qkv>(t);
#endif
}
