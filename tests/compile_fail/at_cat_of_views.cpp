// expect: a View is not a tensor: copy it, view.clone(), or lend it, view.read(f)
// `cat<Layout>` joins Views, in the order of the layout; `at::cat` joins tensors, in any.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Q<768, 12>> q, View<K<768, 12>> k, View<V<768, 12>> v) {
#ifdef SUTURE_BAD
    at::Tensor all[] = {q, k, v};
#else
    Owned<Qkv> all = cat<Qkv>(q, k, v);
#endif
}
