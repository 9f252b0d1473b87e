// expect: mean_over takes axes before the channels: write mean_over(Axis::token)
// An axis by its number would mean another one in another layout.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>().mean_over(1);
#else
auto edit = on<Q>().mean_over(Axis::token);
#endif
