// Norms: of rows, and of recorders' entries by layer.
#include "suture/stats/norms.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/tensor/view.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <vector>

namespace {
using namespace suture;
using suture_test::message_of;
using suture_test::says;
using Small = Fused<6, Q<2>, K<2>, V<2>>;

struct fixture {
    std::vector<HookPoint<Small>> sites{HookPoint<Small>("h.0"), HookPoint<Small>("h.1"), HookPoint<Small>("h.2")};
    HookSet hooks;

    /// Layer i sees the activation times i + 1.
    void pass(const at::Tensor& activation) const {
        const auto scope = hooks.activate();
        int times = 0;
        for (const auto& site : sites) (void)site(activation.mul(++times));
    }
};
}  // namespace

TEST_CASE("a norm is the root of the sum of squares, in float64 whatever the dtype") {
    const at::Tensor t = at::randn({2, 3, 64});
    for (const at::ScalarType dtype : {at::kFloat, at::kDouble, at::kBFloat16, at::kHalf}) {
        const at::Tensor given = t.to(dtype), found = norms(given);
        REQUIRE(found.sizes() == at::IntArrayRef({2, 3}));
        REQUIRE(found.scalar_type() == at::kDouble);
        for (Index i = 0; i < 6; ++i) {
            long double squares = 0;
            for (Index c = 0; c < 64; ++c) squares += std::pow(given.reshape({6, 64})[i][c].item<double>(), 2.0L);
            const double expected = static_cast<double>(std::sqrt(squares));
            CHECK(found.flatten()[i].item<double>() == doctest::Approx(expected).epsilon(1e-14));
        }
    }
    CHECK(norms(at::tensor({3, 4})).item<double>() == 5);
    CHECK(norms(at::full({4}, 60000.0, at::kHalf)).item<double>() == 120000);  // half ends at 65504
}

TEST_CASE_FIXTURE(fixture, "the norms of a Latest are [layers, batch, tokens], of the recorded component alone") {
    Latest<Small> all;
    Latest<Q<2>> queries(RecordOptions{.tokens = token(-1)});
    hooks.add(sites, all);
    hooks.add(sites, queries);
    const at::Tensor t = at::randn({2, 5, 6});
    pass(t);
    const at::Tensor found = norms(all);
    REQUIRE(found.sizes() == at::IntArrayRef({3, 2, 5}));
    CHECK(found[2].equal(norms(t.mul(3))));
    REQUIRE(norms(queries).sizes() == at::IntArrayRef({3, 2}));
    CHECK(norms(queries)[1].equal(norms(borrow<Small>(t.mul(2))[on<Q>(token(4))])));
}

TEST_CASE_FIXTURE(fixture, "the norms of a History are [layers, passes, batch, tokens]") {
    History<Small> history;
    hooks.add(sites, history);
    const at::Tensor one = at::randn({2, 5, 6}), two = at::randn({2, 5, 6});
    pass(one), pass(two);
    REQUIRE(norms(history).sizes() == at::IntArrayRef({3, 2, 2, 5}));
    CHECK(norms(history)[2][1].equal(norms(two.mul(3))));
    CHECK(norms(history)[0][0].equal(norms(one)));
}

TEST_CASE_FIXTURE(fixture, "empty recorders, and rows of different shapes, are refused") {
    Latest<Small> latest;
    History<Small> history;
    const auto first = hooks.add(sites, latest), second = hooks.add(sites, history);
    CHECK(says(message_of<HookError>([&] { (void)norms(latest); }), "nothing is recorded", "run the model"));
    pass(at::randn({1, 5, 6})), pass(at::randn({1, 4, 6}));
    CHECK(norms(latest).sizes() == at::IntArrayRef({3, 1, 4}));
    CHECK(says(message_of<ShapeError>([&] { (void)norms(history); }), "h.0 recorded rows [1, 4] in pass 1",
               "the first entry has [1, 5]", "one by one"));
    history.clear();
    pass(at::randn({1, 5, 6}));
    {
        const auto scope = hooks.activate();
        (void)sites[1](at::randn({1, 5, 6}));
        for (const auto index : {0, 2}) CHECK(history.contains(static_cast<std::size_t>(index)));
        CHECK(says(message_of<ShapeError>([&] { (void)norms(history); }), "layer 1 has recorded 2 passes", "1"));
        (void)sites[0](at::randn({1, 5, 6})), (void)sites[2](at::randn({1, 5, 6}));
    }
    CHECK(norms(history).sizes() == at::IntArrayRef({3, 2, 1, 5}));
}
