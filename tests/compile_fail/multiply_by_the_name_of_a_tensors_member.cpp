// expect: this operation has another name: write place.multiply(value)
// Operations are named as in JAX: set, add, subtract, multiply, divide.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>().mul(0.5);
#else
auto edit = on<Q>().multiply(0.5);
#endif
