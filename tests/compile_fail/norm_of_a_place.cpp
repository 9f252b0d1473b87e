// expect: a place has no values: read those of an activation, view[place].norm()
// A place says where; an activation has values there.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

at::Tensor look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    return on<Q>(token(4)).norm();
#else
    return activation[on<Q>(token(4))].norm();
#endif
}
