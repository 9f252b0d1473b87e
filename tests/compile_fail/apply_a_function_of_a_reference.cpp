// expect: apply hands its function a copy: take at::Tensor by value and return it
// The copy is the function's own: it may be written and returned.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>().apply([](at::Tensor& t) { return t.mul_(2); });
#else
auto edit = on<Q>().apply([](at::Tensor t) { return t.mul_(2); });
#endif
