// expect: an edit takes a number, a tensor, a View, a place or a Slot: give one
// `apply` takes a function of the part.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>().add([](at::Tensor t) { return t * 2; });
#else
auto edit = on<Q>().apply([](at::Tensor t) { return t * 2; });
#endif
