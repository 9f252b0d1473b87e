// expect: this takes one matrix: write mean_correlation_with_others(matrix)
#include <suture/stats/attention_pattern.hpp>
#include <suture/stats/correlation.hpp>
#include <suture/stats/histogram.hpp>
#include <suture/stats/moments.hpp>

using namespace suture;

[[maybe_unused]] void use(const at::Tensor& matrix) {
#ifdef SUTURE_BAD
    auto x = mean_correlation_with_others(matrix, matrix);
#else
    auto x = mean_correlation_with_others(matrix);
#endif
}
