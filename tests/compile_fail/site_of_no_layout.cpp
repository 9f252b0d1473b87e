// expect: a site has a layout: write auto found = site<Qkv>(model, path)
#include <suture/suture.hpp>

using namespace suture;

struct Module : torch::nn::Module {};

[[maybe_unused]] void use(Module& model) {
#ifdef SUTURE_BAD
    SiteRef found = nullptr;
#else
    auto found = site<Q<768, 12>>(model, "q");
#endif
}
