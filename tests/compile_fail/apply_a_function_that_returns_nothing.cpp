// expect: the function given to apply() returns nothing: return the edited tensor
// The function gets a tensor of its own: what it writes there is lost unless it hands the tensor back.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(token(1)).apply([](at::Tensor t) { t.mul_(2); });
#else
auto edit = on<Q>(token(1)).apply([](at::Tensor t) { return t.mul_(2); });
#endif
