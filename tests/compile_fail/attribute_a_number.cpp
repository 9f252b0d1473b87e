// expect: a logit is attributed: write direct_logit_attribution(model, ids, logit(7))
// Or the difference of two, logit_difference(7, 8).
#include <suture/lens/direct_logit_attribution.hpp>

using namespace suture;

void use(const Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto a = direct_logit_attribution(model, ids, 7);
#else
    auto a = direct_logit_attribution(model, ids, logit(7));
#endif
}
