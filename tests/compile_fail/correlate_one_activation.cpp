// expect: rows are correlated with rows: write pearson(a, b) with Views or tensors
// One activation alone is compared row by row with itself by correlation_matrix.
#include <suture/suture.hpp>

using namespace suture;

void use(const at::Tensor& t) {
#ifdef SUTURE_BAD
    at::Tensor r = pearson(t);
#else
    at::Tensor r = pearson(t, t);
#endif
}
