// expect: zero takes no value: write set(value), or clamp(low, high)
// Zero is what it sets.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(token(4)).zero(0.5);
#else
auto edit = on<Q>(token(4)).set(0.5);
#endif
