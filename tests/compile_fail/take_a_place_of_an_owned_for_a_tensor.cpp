// expect: a place of an Owned is not a tensor: write x[place].clone()
// A place of an Owned can be read and assigned to; clone() copies its values.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(Owned<Qkv>& activation) {
#ifdef SUTURE_BAD
    at::Tensor last = activation[on<Q>(token(-1))];
#else
    at::Tensor last = activation[on<Q>(token(-1))].clone();
#endif
}
