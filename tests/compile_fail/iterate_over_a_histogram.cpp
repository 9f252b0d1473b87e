// expect: a Histogram is not a range: read its tensors, h.edges and h.counts
#include <suture/stats/attention_pattern.hpp>
#include <suture/stats/correlation.hpp>
#include <suture/stats/histogram.hpp>
#include <suture/stats/moments.hpp>

using namespace suture;

[[maybe_unused]] void use(const Histogram& h) {
#ifdef SUTURE_BAD
    for (auto count : h) (void)count;
#else
    for (Index i = 0; i < h.counts.size(0); ++i) (void)h.counts[i];
#endif
}
