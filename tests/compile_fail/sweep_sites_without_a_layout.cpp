// expect: these sites have no layout: find them by sites<Layout>(model, pattern)
// The layout says which channels are patched, and these sites have none.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

auto places(Hooked<torch::nn::Identity>& model) {
#ifdef SUTURE_BAD
    return Grid::of<Q>(sites(model, "h.*.attn.c_attn"));
#else
    return Grid::of<Q>(sites<Gpt2Qkv<768, 12>>(model, "h.*.attn.c_attn"));
#endif
}
