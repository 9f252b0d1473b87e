// expect: a mask is a bool tensor, [tokens] or [batch, tokens]: write mask(ids == 50256)
// A comparison of the token ids gives such a tensor.
#include <suture/suture.hpp>

using namespace suture;

auto ablate(const at::Tensor& ids) {
#ifdef SUTURE_BAD
    return on<Q>(mask(50256)).zero();
#else
    return on<Q>(mask(ids == 50256)).zero();
#endif
}
