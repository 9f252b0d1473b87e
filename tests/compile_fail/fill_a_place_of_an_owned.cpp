// expect: a place is written by assignment: write x[place] = value
// One syntax for all writes: `=`, `+=`, `-=`, `*=`, `/=`.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(Owned<Qkv>& activation) {
#ifdef SUTURE_BAD
    activation[on<Q>(token(4))].fill_(0);
#else
    activation[on<Q>(token(4))] = 0;
#endif
}
