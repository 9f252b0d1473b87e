// expect: this takes the pattern of one layer: write attention_entropy(latest[3])
#include <suture/stats/attention_pattern.hpp>
#include <suture/stats/correlation.hpp>
#include <suture/stats/histogram.hpp>
#include <suture/stats/moments.hpp>
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const Latest<AnyLayout>& latest) {
#ifdef SUTURE_BAD
    auto x = attention_entropy(latest);
#else
    auto x = attention_entropy(latest[3]);
#endif
}
