// expect: the function given to apply() returns nothing: return the edited tensor
// The function receives a copy of the part: changes to the copy are lost unless the function returns it.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(token(1)).apply([](at::Tensor t) { t.mul_(2); });
#else
auto edit = on<Q>(token(1)).apply([](at::Tensor t) { return t.mul_(2); });
#endif
