// expect: this takes one matrix of correlations: write it around correlation_matrix(x)
// The correlations are computed first.
#include <suture/suture.hpp>

using namespace suture;

void use(const at::Tensor& t) {
#ifdef SUTURE_BAD
    at::Tensor r = mean_correlation_with_others(t, 3);
#else
    at::Tensor r = mean_correlation_with_others(correlation_matrix(t));
#endif
}
