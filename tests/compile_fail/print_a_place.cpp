// expect: a place has no values to print: print an edit, or view[place]
// An edit prints as what it does, a View as its values.
#include <iostream>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    std::cout << on<Q>(token(4));
#else
    std::cout << on<Q>(token(4)).zero() << activation[on<Q>(token(4))];
#endif
}
