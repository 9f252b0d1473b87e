// expect: a part is read at its place: write x[on<Q>()]
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

[[maybe_unused]] void use(const View<Qkv>& x) {
#ifdef SUTURE_BAD
    auto q = x.q;
#else
    auto q = x[on<Q>()];
#endif
}
