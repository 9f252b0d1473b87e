// expect: a grid is made of sites: find them by sites<Layout>(model, pattern)
// A sweep patches sites of a model, not a single activation.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

auto places(const HookPoint<Gpt2Qkv<768, 12>>& c_attn, const at::Tensor& activation) {
#ifdef SUTURE_BAD
    return Grid::of<Q>(activation);
#else
    return Grid::of<Q>(c_attn);
#endif
}
