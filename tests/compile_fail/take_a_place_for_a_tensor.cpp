// expect: a place of a View is not a tensor: write view[place].clone()
// A place is read without a copy; the tensor is made when it is asked for.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    at::Tensor last = activation[on<Q>(token(-1))];
#else
    at::Tensor last = activation[on<Q>(token(-1))].clone();
#endif
}
