// expect: describe draws a layout: write describe<Layout>(), or print the activation
// The layout is known to the compiler.
#include <iostream>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    std::cout << describe(view);
#else
    std::cout << describe<Qkv>() << view;
#endif
}
