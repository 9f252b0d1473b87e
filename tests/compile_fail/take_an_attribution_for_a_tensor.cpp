// expect: an attribution has several tensors: write a.heads, a.mlps, or a.total()
#include <suture/lens/direct_logit_attribution.hpp>

using namespace suture;

[[maybe_unused]] void use(const DirectLogitAttribution& a) {
#ifdef SUTURE_BAD
    at::Tensor all = a;
#else
    at::Tensor all = a.total();
#endif
}
