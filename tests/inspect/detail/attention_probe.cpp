// The probe of an attention: on a "model" whose rows are sums that can be counted by hand.
#include "suture/inspect/detail/attention_probe.hpp"

#include "suture/core/catalogue.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/ones.h>

#include <cmath>
#include <limits>
#include <optional>
#include <vector>

namespace {
using namespace suture;
using suture_test::message_of;
using suture_test::says;
using Rows = std::vector<Index>;
using L = Fused<3, Q<1>, K<1>, V<1>>;

/// Row t of the output is the sum of channel 2 up to t; the pattern is channel 0.
struct sums {
    HookPoint<L> projection{"projection"};
    HookPoint<AnyLayout> output{"output"}, pattern{"pattern"};
    at::Tensor in = at::ones({2, 4, 3});

    at::Tensor forward() {
        const at::Tensor x = projection(in);
        (void)pattern(x.select(-1, 0));
        return output(x.narrow(-1, 2, 1).cumsum(-2)).neg();
    }
    suture::detail::AttentionProbe probe(bool watch_sites = false) {
        const auto ref = [&](const Site& s) {
            return watch_sites ? std::optional(SiteRef<AnyLayout>(s)) : std::nullopt;
        };
        return {[this] { return forward(); }, SiteRef<AnyLayout>(projection), ref(output), ref(pattern), facts_of<L>};
    }
};
constexpr StridedSlice channel(Index c) { return {c, 1, 1, 3}; }
}  // namespace

TEST_CASE("the changed rows are those that depend on the edited channel at its token") {
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

TEST_CASE("several tokens can be changed at once, and the signs of zeros are ignored") {
    sums model;
    CHECK((model.probe().changed_rows({channel(2), 1, 3}) == Rows{1, 2, 3}));
    const auto zeros = [&] { return model.forward().mul(0); };
    const suture::detail::AttentionProbe probe(zeros, SiteRef<AnyLayout>(model.projection), std::nullopt, std::nullopt,
                                               facts_of<L>);
    CHECK(probe.changed_rows({channel(2), 0}).empty());
}

TEST_CASE("channels have the role that their rows show, and single channels are probed once") {
    using suture::detail::Role;
    int runs = 0;
    HookPoint<L> projection{"projection"};
    // Row t sees channel 0 of its own token unless that is the first, channel 1 of the tokens before it, and channel 2.
    const auto model = [&] {
        ++runs;
        const at::Tensor x = projection(at::ones({1, 4, 3}));
        const at::Tensor own = x.select(-1, 0).mul(at::arange(4)), keys = x.select(-1, 1);
        return own.add(keys.cumsum(-1).sub(keys)).add(x.select(-1, 2)).unsqueeze(-1);
    };
    const suture::detail::AttentionProbe probe(model, SiteRef<AnyLayout>(projection), std::nullopt, std::nullopt,
                                               facts_of<L>);
    CHECK(probe.role_of(channel(0)) == Role::query);
    CHECK(probe.role_of(channel(1)) == Role::key);
    CHECK(probe.role_of(channel(2)) == Role::value);
    CHECK(probe.role_of({0, 2, 1, 3}) == Role::key);
    CHECK(probe.role_of({0, 3, 1, 3}) == Role::value);
    suture::detail::ChannelRoles roles(probe);
    CHECK(roles.agree_with("VVV"));  // nothing is known yet
    CHECK(roles[1] == Role::key);
    const int before = runs;
    CHECK(roles[1] == Role::key);
    CHECK(runs == before);
    CHECK(roles.agree_with("QKV"));
    CHECK_FALSE(roles.agree_with("QVV"));
}

TEST_CASE("a model that returns the same memory from every run can be probed") {
    sums model;
    at::Tensor memory = at::ones({2, 4, 1});
    const auto in_memory = [&] { return memory.copy_(model.forward()); };
    const suture::detail::AttentionProbe probe(in_memory, SiteRef<AnyLayout>(model.projection), std::nullopt,
                                               std::nullopt, facts_of<L>);
    CHECK((probe.changed_rows({channel(2), 2}) == Rows{2, 3}));
}

TEST_CASE("a channel that nothing reads is unseen, and may be anything") {
    sums model;  // it reads channel 2 only
    const auto probe = model.probe();
    suture::detail::ChannelRoles roles(probe);
    CHECK(roles[0] == suture::detail::Role::unseen);
    CHECK(roles.agree_with("KKK"));
}

TEST_CASE("the pattern is watched if its site is given") {
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
    CHECK(says(refusal_of(std::type_identity<ShapeError>{}, at::ones({0, 4, 3})),
               "projection: the projection is float32 [0, 4, 3] on cpu, which is empty"));
    at::Tensor bad = at::ones({2, 4, 3});
    bad[1][3][0] = std::nan(""), bad[0][0][2] = std::numeric_limits<double>::infinity();
    CHECK(says(refusal_of(std::type_identity<ValueError>{}, bad), "2 of its 24 values are NaN or infinite", "finite"));
    sums model;
    CHECK(says(message_of<ShapeError>([&] {
                   (void)suture::detail::AttentionProbe([&] { return model.forward().sum(); },
                                                        SiteRef<AnyLayout>(model.projection), std::nullopt,
                                                        std::nullopt, facts_of<L>);
               }),
               "float32 [] on cpu", "[..., 4, channels]"));
}

TEST_CASE("a pattern that grows from run to run is refused: the model keeps state") {
    HookPoint<L> projection{"projection"};
    HookPoint<AnyLayout> pattern{"pattern"};
    at::Tensor kept = at::ones({1, 0, 3});
    const auto model = [&] {
        const at::Tensor x = projection(at::ones({1, 4, 3}));
        kept = at::cat({kept, x}, 1);
        (void)pattern(x.matmul(kept.transpose(-2, -1)));
        return x;
    };
    const suture::detail::AttentionProbe probe(model, SiteRef<AnyLayout>(projection), std::nullopt,
                                               SiteRef<AnyLayout>(pattern), facts_of<L>);
    CHECK(says(message_of<ShapeError>([&] { (void)probe.changed_rows({}); }),
               "the pattern has shape [1, 4, 8] and had [1, 4, 4]", "cached keys"));
}
