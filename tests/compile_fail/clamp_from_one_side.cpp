// expect: clamp takes both bounds as numbers: write clamp(low, high)
// An infinite bound has no effect.
#include <cmath>
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>().clamp(0);
#else
auto edit = on<Q>().clamp(0, INFINITY);
#endif
