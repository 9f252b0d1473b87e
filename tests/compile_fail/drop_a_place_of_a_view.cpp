// expect: reading a place changes nothing: use its value
// Reading changes nothing.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    activation[on<Q>(token(4))];
#else
    at::Tensor query = activation[on<Q>(token(4))].clone();
#endif
}
