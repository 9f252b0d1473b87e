// expect: an activation is not a range: read x[on<C>(token(t))] for each t
// A place may be computed by the program.
#include <iostream>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    for (auto row : view) std::cout << row;
#else
    for (int t = 0; t < view.size(-2); ++t) std::cout << view[on<Q>(token(t))];
#endif
}
