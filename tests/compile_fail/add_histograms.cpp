// expect: histograms are added by their counts: write a.counts + b.counts
// They need the same edges: give both the same HistogramRange.
#include <suture/stats/attention_pattern.hpp>
#include <suture/stats/correlation.hpp>
#include <suture/stats/histogram.hpp>
#include <suture/stats/moments.hpp>

using namespace suture;

[[maybe_unused]] void use(const Histogram& a, const Histogram& b) {
#ifdef SUTURE_BAD
    auto sum = a + b;
#else
    auto sum = a.counts + b.counts;
#endif
}
