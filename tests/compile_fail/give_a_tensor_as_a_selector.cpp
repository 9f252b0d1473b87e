// expect: this is not a selector: write on<C>(token(4), head(3), dims(0, 10))
// A bool tensor over tokens is a mask; over channels it goes into dims.
#include <suture/suture.hpp>

using namespace suture;

auto ablate(const at::Tensor& chosen) {
#ifdef SUTURE_BAD
    return on<Q>(chosen).zero();
#else
    return on<Q>(mask(chosen)).zero();
#endif
}
