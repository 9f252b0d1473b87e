// expect: apply takes one function: write apply(f) with at::Tensor f(at::Tensor)
// The part may be a piece of the component, which a View is not.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q<768, 12>>().apply([](const View<Q<768, 12>>& q) { return q * 2; });
#else
auto edit = on<Q<768, 12>>().apply([](at::Tensor q) { return q * 2; });
#endif
