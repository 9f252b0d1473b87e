// expect: the function given to apply() returns something else: return the edited tensor
// A tensor of no dimensions broadcasts to the part.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>().apply([](at::Tensor t) { return t.mean().item<double>(); });
#else
auto edit = on<Q>().apply([](at::Tensor t) { return t.mean(); });
#endif
