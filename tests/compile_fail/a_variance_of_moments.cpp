// expect: moments have mean(), stddev(), min(), max() and count(): write moments.mean()
#include <suture/stats/attention_pattern.hpp>
#include <suture/stats/correlation.hpp>
#include <suture/stats/histogram.hpp>
#include <suture/stats/moments.hpp>

using namespace suture;

[[maybe_unused]] void use(const RunningMoments& moments) {
#ifdef SUTURE_BAD
    at::Tensor v = moments.variance();
#else
    at::Tensor v = moments.stddev().square();
#endif
}
