// expect: size takes an axis: write x.size(-1), or x.sizes()
// As in PyTorch on C++.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    auto n = view.size();
#else
    auto n = view.size(-1);
#endif
}
