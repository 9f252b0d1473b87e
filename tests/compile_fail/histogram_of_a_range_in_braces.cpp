// expect: a range has a type: write histogram_of(x, 20, HistogramRange{-1, 1})
// The number of bins comes before the range.
#include <suture/suture.hpp>

using namespace suture;

void use(const at::Tensor& t) {
#ifdef SUTURE_BAD
    Histogram h = histogram_of(t, {-1, 1});
#else
    Histogram h = histogram_of(t, 20, HistogramRange{-1, 1});
#endif
}
