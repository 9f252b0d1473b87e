// expect: a View is read-only: call clone() first
// Compound assignment writes, however it is spelled.
#include <suture/suture.hpp>

using namespace suture;

void double_it(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    q *= 2;
#else
    auto doubled = q * 2;
#endif
}
