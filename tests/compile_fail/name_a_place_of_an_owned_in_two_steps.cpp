// expect: a place is named at once: write x[on<C>(token(4), head(3))]
// All selectors of a place stand in one `on`.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(Owned<Qkv>& activation) {
#ifdef SUTURE_BAD
    activation[on<Q>(token(4))][head(3)] = 0;
#else
    activation[on<Q>(token(4), head(3))] = 0;
#endif
}
