// expect: arithmetic is written with operators: write x * 2 or x + y
// The result is an Owned of the same component.
#include <suture/suture.hpp>

using namespace suture;

void look(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    auto doubled = q.mul(2);
#else
    auto doubled = q * 2;
#endif
}
