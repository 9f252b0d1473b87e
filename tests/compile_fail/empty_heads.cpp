// expect: heads<begin, end> selects nothing: write begin below end, from 0
// Ranges are half open, so an edit of heads<3, 3> would change nothing.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto edited = activation | on<Q>(heads<3, 3>).zero();
#else
    auto edited = activation | on<Q>(heads<3, 4>).zero();
#endif
}
