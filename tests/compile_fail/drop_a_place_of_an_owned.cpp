// expect: a place alone changes nothing: assign to it, or use its value
// The assignment is missing.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(Owned<Qkv>& mine) {
#ifdef SUTURE_BAD
    mine[on<Q>(token(4))];
#else
    mine[on<Q>(token(4))] = 0;
#endif
}
