// The probe of an attention: on a "model" whose rows are sums that can be counted by hand.
#include "suture/study/attention_probe.hpp"

#include "suture/core/catalogue.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/ones.h>

#include <optional>
#include <vector>

namespace {
using namespace suture;
using suture_test::message_of;
using suture_test::says;
using Rows = std::vector<extent>;
using L = Fused<3, Q<1>, K<1>, V<1>>;

/// Row t of the output is the sum of channel 2 up to t; the pattern is channel 0.
struct sums {
    HookPoint<L> projection{"projection"};
    HookPoint<AnyLayout> output{"output"}, pattern{"pattern"};
    at::Tensor in = at::ones({2, 4, 3});

    at::Tensor forward() {
        const at::Tensor x = projection(in);
        pattern(x.select(-1, 0));
        return output(x.narrow(-1, 2, 1).cumsum(-2)).neg();
    }
    suture::detail::attention_probe probe(bool watch_sites = false) {
        const auto ref = [&](const Site& s) {
            return watch_sites ? std::optional(SiteRef<AnyLayout>(s)) : std::nullopt;
        };
        return {[this] { return forward(); }, SiteRef<AnyLayout>(projection), ref(output), ref(pattern), facts_of<L>};
    }
};
constexpr run channel(extent c) { return {c, 1, 1, 3}; }
}  // namespace

TEST_CASE("the rows that change are those that read the edited channel at its token") {
    sums model;
    for (const bool watch_sites : {false, true}) {
        const auto probe = model.probe(watch_sites);
        CHECK(probe.tokens() == 4);
        CHECK(probe.sees_one_attention() == watch_sites);
        CHECK((probe.changed_rows({channel(2), 0}) == Rows{0, 1, 2, 3}));
        CHECK((probe.changed_rows({channel(2), 2}) == Rows{2, 3}));
        CHECK(probe.changed_rows({channel(0), 1}).empty());
        CHECK(probe.changed_rows({}).empty());
    }
}

TEST_CASE("the pattern is watched where its site is named") {
    sums model;
    const auto probe = model.probe(true);
    CHECK(probe.sees_pattern());
    CHECK_FALSE(model.probe().sees_pattern());
    CHECK(probe.changes_pattern({channel(0), 1}));
    CHECK_FALSE(probe.changes_pattern({channel(2), 1}));
}

TEST_CASE("probing writes nothing and leaves no hooks") {
    sums model;
    const at::Tensor before = model.in.clone();
    const auto version = model.in._version();
    (void)model.probe().changed_rows({channel(2), 0});
    CHECK(model.in.equal(before));
    CHECK(model.in._version() == version);
    CHECK(suture::detail::innermost_scope == nullptr);
}

TEST_CASE("activations that cannot be probed are refused") {
    const auto refusal_of = []<class Kind>(std::type_identity<Kind>, const at::Tensor& in) {
        sums model;
        model.in = in;
        return message_of<Kind>([&] { (void)model.probe(); });
    };
    CHECK(says(refusal_of(std::type_identity<ShapeError>{}, at::ones({2, 4, 5})), "projection: ", "[2, 4, 5]"));
    CHECK(says(refusal_of(std::type_identity<ShapeError>{}, at::ones({2, 2, 3})), "three tokens"));
    CHECK(says(refusal_of(std::type_identity<TypeError>{}, at::ones({2, 4, 3}, at::kLong)), "int64", "floating-point"));
    sums model;
    CHECK(says(message_of<ShapeError>([&] {
                   (void)suture::detail::attention_probe([&] { return model.forward().sum(); },
                                                         SiteRef<AnyLayout>(model.projection), std::nullopt,
                                                         std::nullopt, facts_of<L>);
               }),
               "float32 [] on cpu", "[..., 4, channels]"));
}
