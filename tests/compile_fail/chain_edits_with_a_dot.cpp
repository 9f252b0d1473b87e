// expect: edits compose with |: write on<C>().zero() | on<C>().add(value)
// Each edit names its place, which may be another one.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto recipe = on<Q>().zero().add(1);
#else
auto recipe = on<Q>().zero() | on<Q>().add(1);
#endif
