// expect: others may hold this tensor: write borrow<Layout>(tensor).clone()
// A head is not a component: its clone is a plain tensor.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    Owned<Q<768, 12>> mine(view[on<Q>(head(3))].clone());
#else
    Owned<Q<768, 12>> mine = view[on<Q>()].clone();
#endif
}
