// expect: moments are not a condition: write !moments.empty()
#include <suture/stats/attention_pattern.hpp>
#include <suture/stats/correlation.hpp>
#include <suture/stats/histogram.hpp>
#include <suture/stats/moments.hpp>

using namespace suture;

[[maybe_unused]] void use(const RunningMoments& moments) {
#ifdef SUTURE_BAD
    if (moments) return;
#else
    if (!moments.empty()) return;
#endif
}
