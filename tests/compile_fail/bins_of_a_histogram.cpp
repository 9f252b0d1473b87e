// expect: a Histogram has edges and counts: write h.counts, and divide by h.counts.sum()
#include <suture/stats/attention_pattern.hpp>
#include <suture/stats/correlation.hpp>
#include <suture/stats/histogram.hpp>
#include <suture/stats/moments.hpp>

using namespace suture;

[[maybe_unused]] void use(const Histogram& h) {
#ifdef SUTURE_BAD
    auto x = h.bins;
#else
    auto x = h.edges;
#endif
}
