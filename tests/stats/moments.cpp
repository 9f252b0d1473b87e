// Moments: in parts or all at once, against the definition in long double, and inside a hook.
#include "suture/stats/moments.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/tensor/view.hpp"

#include "doctest.hpp"
#include "laws/property.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace {
using namespace suture;
using namespace laws;
using suture_test::message_of;
using suture_test::says;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

bool close(double a, double b) { return (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= 1e-12 * std::abs(b); }
bool close(const at::Tensor& a, const at::Tensor& b) {
    for (Index i = 0; i < a.numel(); ++i)
        if (!close(a[i].item<double>(), b[i].item<double>())) return false;
    return a.sizes() == b.sizes();
}
bool close(const RunningMoments& a, const RunningMoments& b) {
    return a.count().equal(b.count()) && a.left_out().equal(b.left_out()) && close(a.mean(), b.mean()) &&
           close(a.stddev(), b.stddev()) && close(a.min(), b.min()) && close(a.max(), b.max());
}

RunningMoments moments_of(const at::Tensor& rows) {
    RunningMoments moments;
    moments.add(rows);
    return moments;
}

/// The moments of one channel by their definitions.
struct by_definition {
    Index count = 0, left_out = 0;
    double mean = not_a_number, stddev = not_a_number, min = not_a_number, max = not_a_number;

    explicit by_definition(const at::Tensor& channel) {
        std::vector<long double> finite;
        for (Index i = 0; i < channel.numel(); ++i)
            if (const double x = channel[i].item<double>(); std::isfinite(x)) finite.push_back(x);
        count = static_cast<Index>(finite.size()), left_out = channel.numel() - count;
        if (finite.empty()) return;
        long double sum = 0, squares = 0;
        for (const long double x : finite) sum += x;
        for (const long double x : finite) squares += (x - sum / count) * (x - sum / count);
        mean = static_cast<double>(sum / count);
        if (count > 1) stddev = static_cast<double>(std::sqrt(squares / (count - 1)));
        min = static_cast<double>(*std::min_element(finite.begin(), finite.end()));
        max = static_cast<double>(*std::max_element(finite.begin(), finite.end()));
    }
};

/// Rows whose numbers may be far from zero, a few of them not finite.
at::Tensor draw_rows(Index rows, Index channels) {
    std::mt19937_64 random(static_cast<std::uint64_t>(draw(0, 1 << 30)));
    const double offset = one_of<double>({0, 5, -1e4, 1e8}), scale = one_of<double>({1, 1e-2, 1e4});
    const bool specials = once_in(2);
    const at::Tensor t = at::empty({rows, channels}, at::kDouble);
    for (Index i = 0; i < t.numel(); ++i) {
        const double special[] = {not_a_number, infinity, -infinity};
        const double ordinary = offset + scale * std::normal_distribution<double>()(random);
        t.data_ptr<double>()[i] = specials && random() % 4 == 0 ? special[random() % 3] : ordinary;
    }
    return t;
}
}  // namespace

TEST_CASE("moments agree with their definitions, ignoring numbers that are not finite") {
    for_all("definition", 100, [] {
        const at::Tensor rows = draw_rows(draw(1, 20), draw(1, 5));
        RC_LOG() << c10::str(rows) << "\n";
        const RunningMoments found = moments_of(rows);
        for (Index c = 0; c < rows.size(1); ++c) {
            const by_definition expected(rows.select(1, c));
            RC_ASSERT(found.count()[c].item<Index>() == expected.count);
            RC_ASSERT(found.left_out()[c].item<Index>() == expected.left_out);
            RC_ASSERT(close(found.mean()[c].item<double>(), expected.mean));
            RC_ASSERT(close(found.stddev()[c].item<double>(), expected.stddev));
            RC_ASSERT(close(found.min()[c].item<double>(), expected.min));
            RC_ASSERT(close(found.max()[c].item<double>(), expected.max));
        }
    });
}

TEST_CASE("added in any number of parts, or merged, rows give the moments of all rows at once") {
    for_all("parts", 200, [] {
        const Index channels = draw(1, 4);
        RunningMoments one_by_one, left, right;
        std::vector<at::Tensor> parts;
        for (Index part = draw(1, 6); part > 0; --part) {
            parts.push_back(draw_rows(draw(0, 8), channels));
            one_by_one.add(parts.back());
            (once_in(2) ? left : right).add(parts.back());
        }
        const at::Tensor all = at::cat(parts);
        RC_PRE(all.numel() > 0);
        RC_LOG() << c10::str(all) << "\n";
        left.merge(right);
        RC_ASSERT(close(one_by_one, moments_of(all)));
        RC_ASSERT(close(left, moments_of(all)));
    });
}

TEST_CASE("a mean far from zero does not cost the standard deviation any digits") {
    const at::Tensor near_zero = at::randn({4000, 2}, at::kDouble).mul(1 << 20).round();
    const at::Tensor far_away = near_zero.add(std::ldexp(1, 52));  // exact: both are whole numbers
    RunningMoments moments;
    for (const at::Tensor& part : far_away.split(100)) moments.add(part);
    CHECK(close(moments.stddev(), moments_of(near_zero).stddev()));
}

TEST_CASE("merging with empty moments changes nothing, and merging with itself doubles the counts") {
    RunningMoments moments = moments_of(at::randn({9, 3})), nothing;
    const at::Tensor mean = moments.mean();
    moments.merge(nothing);
    nothing.merge(moments);
    CHECK(close(moments, nothing));
    CHECK(moments.mean().equal(mean));
    moments.merge(moments);
    CHECK(moments.count().eq(18).all().item<bool>());
    CHECK(close(moments.mean(), mean));
}

TEST_CASE("channels are kept apart, whatever the axes, dtype and layout") {
    const at::Tensor t = at::arange(24, at::kFloat).reshape({2, 2, 6});
    RunningMoments of_query;
    of_query.add(borrow<Grouped<3, Q<1>, K<1>>>(t)[on<Q>()]);
    CHECK(of_query.mean().equal(at::tensor({9.0, 11.0, 13.0}, at::kDouble)));
    for (const at::ScalarType dtype : {at::kBFloat16, at::kHalf, at::kInt, at::kDouble}) {
        const RunningMoments moments = moments_of(t.to(dtype));
        CHECK(moments.mean()[1].item<double>() == 10);
        CHECK(moments.min()[5].item<double>() == 5);
        CHECK(moments.max()[5].item<double>() == 23);
        CHECK(moments.count().equal(at::full({6}, 4, at::kLong)));
    }
    CHECK(close(moments_of(t).stddev(), t.reshape({4, 6}).to(at::kDouble).std(0)));
}

TEST_CASE("channels with too few numbers give NaN, and no rows at all an error") {
    const RunningMoments moments = moments_of(at::tensor({not_a_number, 4.0}).unsqueeze(0));
    CHECK(moments.mean().isnan().equal(at::tensor({1, 0}).to(at::kBool)));
    CHECK(moments.min().isnan().equal(at::tensor({1, 0}).to(at::kBool)));
    CHECK(moments.max().isnan().equal(at::tensor({1, 0}).to(at::kBool)));
    CHECK(moments.stddev().isnan().all().item<bool>());
    RunningMoments nothing;
    nothing.add(at::empty({0, 3}));
    CHECK(nothing.empty());
    CHECK(says(message_of<ValueError>([&] { (void)nothing.mean(); }), "nothing has been added", "add() rows first"));
}

TEST_CASE("rows of another width are refused, and nothing is changed") {
    RunningMoments moments = moments_of(at::randn({4, 3}));
    const at::Tensor mean = moments.mean();
    CHECK(says(message_of<ShapeError>([&] { moments.add(at::randn({4, 2})); }), "rows of 2 channels", "moments of 3"));
    CHECK(says(message_of<TypeError>([&] { moments.add(at::Tensor()); }), "undefined"));
    CHECK(moments.mean().equal(mean));
}

TEST_CASE("moments are gathered by a hook, pass by pass, and share no storage with the model") {
    HookPoint<Fused<4, Q<2>, K<2>>> site{"h.0"};
    HookSet hooks;
    RunningMoments moments;
    hooks.add(site, [&](const auto& view) { moments.add(view); });
    std::vector<at::Tensor> passes;
    {
        const auto scope = hooks.activate();
        for (int pass = 0; pass < 5; ++pass) {
            const c10::InferenceMode inference(pass == 2);
            passes.push_back(site(at::randn({2, 3 + pass, 4}).requires_grad_(pass == 4)).detach().reshape({-1, 4}));
        }
    }
    CHECK(close(moments, moments_of(at::cat(passes))));
    CHECK_FALSE(moments.mean().requires_grad());
    CHECK_FALSE(moments.max().is_inference());
    moments.max().fill_(7);
    CHECK_FALSE(moments.max().eq(7).any().item<bool>());
}
