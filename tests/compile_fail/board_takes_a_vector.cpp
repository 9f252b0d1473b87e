// expect: a site takes a number, a tensor, a View, a Slot or a recipe: give one
// at::tensor copies a vector into a tensor.
#include <ATen/ops/tensor.h>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void inject(Board<Qkv>& board, const std::vector<double>& values) {
#ifdef SUTURE_BAD
    board[3] = values;
#else
    board[3] = at::tensor(values);
#endif
}
