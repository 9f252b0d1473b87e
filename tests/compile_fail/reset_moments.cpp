// expect: moments begin empty: write moments = RunningMoments()
#include <suture/stats/attention_pattern.hpp>
#include <suture/stats/correlation.hpp>
#include <suture/stats/histogram.hpp>
#include <suture/stats/moments.hpp>

using namespace suture;

[[maybe_unused]] void use(RunningMoments& moments) {
#ifdef SUTURE_BAD
    moments.reset();
#else
    moments = RunningMoments();
#endif
}
