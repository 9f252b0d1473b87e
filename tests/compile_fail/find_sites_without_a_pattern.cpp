// expect: sites are found by a pattern of paths: write sites<Layout>(model, pattern)
// For all of them, for_each_site, or site_table for a table.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(Hooked<torch::nn::Identity>& model) {
#ifdef SUTURE_BAD
    auto all = sites<Qkv>(model);
#else
    auto all = sites<Qkv>(model, "*");
#endif
}
