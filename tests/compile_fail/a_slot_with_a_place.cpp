// expect: a Slot holds a tensor: write Slot slot(view[place].clone())
// A Slot knows no layout.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    Slot slot = view[on<Q>(token(4))];
#else
    Slot slot(view[on<Q>(token(4))].clone());
#endif
}
