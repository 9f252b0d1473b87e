// Histograms: against a loop over the edges, with numbers at, between and beyond them.
#include "suture/stats/histogram.hpp"

#include "suture/edit/on.hpp"
#include "suture/tensor/view.hpp"

#include "doctest.hpp"
#include "laws/property.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <sstream>
#include <vector>

namespace {
using namespace suture;
using namespace laws;
using suture_test::message_of;
using suture_test::says;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

at::Tensor numbers(const std::vector<double>& values) { return at::tensor(values, at::kDouble); }
at::Tensor whole(const std::vector<Index>& values) { return at::tensor(values, at::kLong); }

/// The counts of each bin, and below and above all of them, by a loop over the edges.
struct by_loop {
    std::vector<Index> counts;
    Index below = 0, above = 0, nan = 0;

    by_loop(const std::vector<double>& values, const at::Tensor& edges) : counts(edges.numel() - 1) {
        const auto edge = edges.accessor<double, 1>();
        const Index last = edges.numel() - 1;
        for (const double x : values) {
            if (std::isnan(x))
                ++nan;
            else if (x < edge[0])
                ++below;
            else if (x > edge[last])
                ++above;
            else
                for (Index i = 0; i < last; ++i)
                    if (x >= edge[i] && (x < edge[i + 1] || (i + 1 == last && x == edge[last]))) ++counts[i];
        }
    }
};
}  // namespace

TEST_CASE("every number is counted once, in the bin whose edges hold it") {
    for_all("histogram", 300, [] {
        std::mt19937_64 random(static_cast<std::uint64_t>(draw(0, 1 << 30)));
        const Index bins = draw(1, 12);
        const bool given = once_in(2);
        const HistogramRange range{one_of<double>({-1, 0, -0.3}), one_of<double>({0.1, 1, 7})};
        std::vector<double> values(static_cast<std::size_t>(draw(0, 60)));
        // A bin computed by arithmetic would be wrong for numbers that equal an edge.
        for (double& x : values) {
            const double tenths = 0.1 * static_cast<double>(random() % 10);
            const double special[] = {range.low, range.high, tenths, not_a_number, infinity, -infinity};
            x = random() % 3 == 0 ? special[random() % 6] : std::normal_distribution<double>()(random);
        }
        const Histogram h = histogram_of(numbers(values), bins, given ? std::optional(range) : std::nullopt);
        RC_LOG() << c10::str(values) << "\n" << c10::str(h.edges, h.counts) << "\n";
        const by_loop expected(values, h.edges);
        RC_ASSERT(h.counts.equal(whole(expected.counts)));
        RC_ASSERT(h.below == expected.below);
        RC_ASSERT(h.above == expected.above);
        RC_ASSERT(h.nan == expected.nan);
        RC_ASSERT(h.counts.sum().item<Index>() + h.below + h.above + h.nan == static_cast<Index>(values.size()));
        const auto infinite = std::count_if(values.begin(), values.end(), [](double x) { return std::isinf(x); });
        if (given)
            RC_ASSERT(h.edges[0].item<double>() == range.low && h.edges[bins].item<double>() == range.high);
        else
            RC_ASSERT(h.below + h.above == infinite);
    });
}

TEST_CASE("the edges are evenly spaced from the smallest to the largest number, and the last one counts") {
    const Histogram h = histogram_of(numbers({1, 2, 3, 4, 5}), 4);
    CHECK(h.edges.equal(numbers({1, 2, 3, 4, 5})));
    CHECK(h.counts.equal(whole({1, 1, 1, 2})));
    CHECK(histogram_of(numbers({1, 2}), 1).counts.equal(whole({2})));
    CHECK(histogram_of(numbers({1, 2})).counts.size(0) == 10);
}

TEST_CASE("equal numbers get room on both sides, as in numpy") {
    const Histogram h = histogram_of(at::full({7}, 3.0), 4);
    CHECK(h.edges.equal(numbers({2.5, 2.75, 3, 3.25, 3.5})));
    CHECK(h.counts.equal(whole({0, 0, 7, 0})));
    for (const double far : {1e18, -1e300}) {
        const Histogram there = histogram_of(at::full({7}, far, at::kDouble), 3);
        CHECK(there.counts.sum().item<Index>() == 7);
        CHECK(there.edges[0].item<double>() < far);
    }
}

TEST_CASE("without finite numbers the bins are empty, from 0 to 1") {
    for (const at::Tensor& t : {at::empty({0}), at::empty({3, 0}), numbers({not_a_number, infinity})}) {
        const Histogram h = histogram_of(t, 2);
        CHECK(h.edges.equal(numbers({0, 0.5, 1})));
        CHECK(h.counts.equal(whole({0, 0})));
    }
    const Histogram h = histogram_of(numbers({not_a_number, infinity, not_a_number, -infinity, infinity}), 2);
    CHECK(h.nan == 2);
    CHECK(h.above == 2);
    CHECK(h.below == 1);
}

TEST_CASE("activations of every shape and dtype are counted, and Views") {
    const at::Tensor t = at::arange(12).reshape({1, 2, 6});
    for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16, at::kHalf, at::kInt, at::kByte})
        CHECK(histogram_of(t.to(dtype), 3).counts.equal(whole({4, 4, 4})));
    using Small = Fused<6, Q<2>, K<2>, V<2>>;
    CHECK(histogram_of(borrow<Small>(t)[on<Q>()], 2, HistogramRange{0, 10}).counts.equal(whole({2, 2})));
}

TEST_CASE("impossible bins and ranges are refused with a remedy") {
    const at::Tensor t = numbers({1, 2});
    const auto refusal = [&](Index bins, HistogramRange range) {
        return message_of<ValueError>([&] { (void)histogram_of(t, bins, range); });
    };
    CHECK(says(refusal(0, {0, 1}), "histogram of 0 bins", "1 or more"));
    CHECK(says(refusal(-4, {0, 1}), "histogram of -4 bins"));
    for (const HistogramRange& range : {HistogramRange{1, 1}, HistogramRange{2, 1}, HistogramRange{not_a_number, 1},
                                        HistogramRange{0, infinity}, HistogramRange{-1.5e308, 1.5e308}})
        CHECK(says(refusal(3, range), "cannot count from", "finite numbers, the lower one first"));
    const double next = std::nextafter(1.0, 2.0);
    CHECK(says(refusal(3, {1, next}), "no 3 bins from 1 to 1.0000000000000002", "a wider range"));
    CHECK(histogram_of(t, 1, HistogramRange{1, next}).counts.equal(whole({1})));
}

TEST_CASE("a histogram is printed bin by bin") {
    std::ostringstream text;
    text << histogram_of(numbers({0, 0.5, 1, 2, 3, not_a_number}), 2, HistogramRange{0, 2});
    CHECK(text.str() == "0 to 1: 2\n1 to 2: 2\nbelow 0, above 1, NaN 1\n");
}
