// expect: an activation is not text: write std::cout << view
// operator<< prints what it is, and its values.
#include <iostream>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    std::string text = "view: " + view;
#else
    std::cout << "view: " << view;
#endif
}
