// expect: each site is shown to a function: write for_each_site(model, f), f(path, site)
// `sites` collects them.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

void look(Hooked<torch::nn::Identity>& model) {
#ifdef SUTURE_BAD
    for_each_site(model, [](const at::Tensor&) {});
#else
    for_each_site(model, [](const std::string&, Site&) {});
#endif
}
