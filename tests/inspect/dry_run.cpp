// Dry runs: law over every layout, then the examples.
#include "suture/inspect/dry_run.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/record/latest.hpp"

#include "laws/layouts.hpp"
#include "laws/tensors.hpp"
#include "message.hpp"

#include <ATen/Context.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros_like.h>

#include <utility>

namespace {
using namespace laws;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<2304, Q<768>, K<768>, V<768>>;

/// The changed values and ranges of two reports are the same.
bool same_places(const AuditReport& a, const AuditReport& b) {
    for (std::size_t i = 0; i < a.components.size(); ++i) {
        const ComponentAudit &x = a.components[i], &y = b.components[i];
        if (x.changed != y.changed || x.values != y.values || x.leading != y.leading || !(x.heads == y.heads) ||
            !(x.dims == y.dims) || !(x.groups == y.groups) || !(x.channels == y.channels))
            return false;
    }
    return a.components.size() == b.components.size();
}

template <class R, class V>
concept can_dry_run = requires(const R& recipe, const V& view) {
    dry_run(recipe, view);
};
}  // namespace

TEST_CASE("a dry run finds what the recipe changes if every selected value changes") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        for_all(layout_text(facts_of<L>), 15, [] {
            random_numbers random = draw_numbers();
            const activation a =
                draw_activation(draw_leading(2, false), L::width, one_of(every_dtype()), random, once_in(3));
            RC_LOG() << a.text << "\n";
            const View<L> view = borrow<L>(a.view), zeros = borrow<L>(at::zeros_like(a.view));
            const Index tokens_here = a.view.size(-2), t = draw(-tokens_here, tokens_here);
            const at::Tensor index = at::full({1}, draw(0, tokens_here), at::kLong);
            for_each_component<L>([&]<class C>(std::type_identity<C>, std::size_t) {
                const auto check = [&](const auto& recipe) {
                    const std::vector<char> bytes = storage_bytes(a.base);
                    const AuditReport selected = dry_run(recipe, view);
                    RC_ASSERT(storage_bytes(a.base) == bytes);
                    RC_ASSERT(selected.changed() > 0);
                    RC_ASSERT(same_places(selected, audit(zeros, zeros | recipe)));
                };
                check(on<C>(token(t), head<suture::detail::groups_of<L> * C::heads - 1>).set(7));
                check(on<C>(dims<0, (C::width + 1) / 2>, batch(-1)).add(3));
                check(on<C>(tokens(index)).set(2) | on<L>(token(t)).add(1));
            });
        });
    });
}

TEST_CASE("a dry run reports what is selected, whatever the values before and after") {
    const std::string expected = "10 of 11520 values, all in Q[token 4, 0:10]; K and V bit-identical";
    for (const at::Tensor& t :
         {at::zeros({1, 5, 2304}), at::ones({1, 5, 2304}, at::kLong), at::randn({1, 5, 2304}, at::kDouble)}) {
        const View<Qkv> view = borrow<Qkv>(t);
        CHECK(to_string(dry_run(on<Q>(token(4), dims<0, 10>).set(0), view)) == expected);
        CHECK(to_string(dry_run(on<Q>(token(4), dims<0, 10>).multiply(1), view)) == expected);
        CHECK(to_string(dry_run(on<Q>(token(4), dims<0, 10>).multiply(1), view.clone())) == expected);
        CHECK(dry_run(on<Q>(token(4), dims<0, 10>).zero() | on<Q>(token(4), dims<5, 15>).add(1), view).changed() == 15);
    }
}

TEST_CASE("a dry run of a recipe with an operation that cancels shows both places") {
    const View<Qkv> view = borrow<Qkv>(at::ones({1, 5, 2304}));
    const auto recipe = on<V>(token(0)).add(1) | on<V>(token(0)).add(-1);
    CHECK(audit(view, view | recipe).identical());
    CHECK(to_string(dry_run(recipe, view)) == "768 of 11520 values, all in V[token 0]; Q and K bit-identical");
}

TEST_CASE("a dry run works on a single component, in groups, and on the meta device") {
    using NeoX = NeoXQkv<3, 4>;
    const View<NeoX> view = borrow<NeoX>(at::ones({2, 5, 36}));
    CHECK(to_string(dry_run(on<K>(head<1>).zero(), view[on<K>()])) == "40 of 120 values, all in K[head 1]");
    CHECK(to_string(dry_run(on<K>(head<1>).zero(), borrow<NeoX>(at::ones({2, 5, 36}, at::kMeta)))) ==
          "40 of 360 values, all in K[head 1]; Q and V bit-identical");
    const View<NeoX> no_tokens = borrow<NeoX>(at::ones({2, 0, 36}));
    CHECK(dry_run(on<K>(head<1>).zero(), no_tokens).identical());
    CHECK(says(message_of<PositionError>([&] { (void)dry_run(on<K>(token(7)).zero(), no_tokens); }),
               "which has 0 tokens"));
}

TEST_CASE("a dry run calls no function and draws no random number") {
    const View<Qkv> view = borrow<Qkv>(at::ones({1, 5, 2304}));
    int calls = 0;
    const auto count = [&calls](at::Tensor t) { return ++calls, t; };
    CHECK(dry_run(on<Q>(token(0)).apply(count) | on<K>().noise(1.0), view).changed() == 768 + 5 * 768);
    CHECK(calls == 0);
    const auto numbers_after = [](auto&& run) {
        at::manual_seed(7);
        run();
        return at::randn({4});
    };
    CHECK(numbers_after([] {}).equal(numbers_after([&] { (void)dry_run(on<K>().noise(1.0), view); })));
}

TEST_CASE("a dry run refuses what the recipe would refuse") {
    const View<Qkv> view = borrow<Qkv>(at::ones({1, 5, 2304}));
    const auto same_message = [&]<class Kind>(std::type_identity<Kind>, const auto& recipe) {
        const std::string dry = message_of<Kind>([&] { (void)dry_run(recipe, view); });
        CHECK(dry == message_of<Kind>([&] { (void)(view | recipe); }));
        CHECK(dry.find(":") != std::string::npos);
    };
    same_message(std::type_identity<PositionError>{}, on<K>().zero() | on<Q>(token(5)).zero());
    same_message(std::type_identity<ShapeError>{}, on<Q>(token(0)).set(at::ones({7})));
    same_message(std::type_identity<ValueError>{}, on<Q>(token(0)).set(Slot()));
    same_message(std::type_identity<ValueError>{}, on<Q>(token(0)).clamp(1, 0));
}

TEST_CASE("an activation that takes no memory but has more values than a machine has bytes is refused with a reason") {
    using L = Fused<6, Q<2>, K<4>>;
    const View<L> huge = borrow<L>(at::ones({1}).expand({1 << 24, 1 << 24, 6}));
    const std::string refusal = message_of<MemoryError>([&] { (void)dry_run(on<Q>(token(0)).zero(), huge); });
    CHECK(says(refusal, "a dry run needs a few bytes for each value of float32 [16777216, 16777216, 6] on cpu",
               "can't allocate memory", "fewer tokens"));
}

TEST_CASE("a recipe of another layout and a raw tensor have no dry run") {
    using NeoX = NeoXQkv<3, 4>;
    using Wide = decltype(on<Q<768>>().zero());
    static_assert(can_dry_run<Wide, View<Qkv>> && can_dry_run<Wide, Owned<Qkv>>);
    static_assert(!can_dry_run<Wide, View<NeoX>>);
    static_assert(!can_dry_run<Wide, at::Tensor>);
}

TEST_CASE("a dry run of a recording goes by the positions that it holds") {
    const auto last_of = [](const auto& site) {
        Latest<Resid<4>> last(on<Resid>(token(-1)));
        HookSet hooks;
        hooks.add(site, last);
        const auto scope = hooks.activate();
        (void)site(at::ones({2, 3, 4}));
        return last[0];
    };
    const View<Resid<4>> last = last_of(HookPoint<Resid<4>>("h.0"));
    CHECK(dry_run(on<Resid>(token(-1)).zero(), last).changed() == 8);
    CHECK(dry_run(on<Resid>(batch(1)).zero(), last).changed() == 4);
    CHECK_THROWS_AS((void)dry_run(on<Resid>(token(0)).zero(), last), PositionError);
}

TEST_CASE("ranges are named as the layout names its axes") {
    using Ahead = Ordered<Resid<4>, Axis::token, Axis::batch>;
    const at::Tensor ones = at::ones({3, 2, 4});
    CHECK(to_string(dry_run(on<Resid>(token(2), batch(0)).zero(), borrow<Ahead>(ones))) ==
          "4 of 24 values, all in Resid[token 2, batch 0]");
    CHECK(to_string(dry_run(on<Resid>(token(2), batch(0)).zero(), borrow<Resid<4>>(ones.transpose(0, 1)))) ==
          "4 of 24 values, all in Resid[batch 0, token 2]");
    using ByHead = Ordered<Q<4>, Axis::other, Axis::head, Axis::token>;
    const at::Tensor more = at::ones({2, 3, 5, 4});
    CHECK(to_string(dry_run(on<Q>(head(2), token(0)).zero(), borrow<ByHead>(more))) ==
          "8 of 120 values, all in Q[head 2, token 0]");
}
