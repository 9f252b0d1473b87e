// RecordEntry: where, when and what.
#include "suture/record/record_entry.hpp"

#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/record/history.hpp"
#include "suture/record/latest.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <optional>
#include <sstream>
#include <type_traits>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {

using Small = Fused<6, Q<2>, K<2>, V<2>>;
using Packed = Grouped<3, Q<1>, K<1>>;

static_assert(Recordable<Small> && Recordable<Q<2>> && Recordable<part<Packed, Q>> && Recordable<Packed>);
static_assert(Recordable<AnyLayout> && !Recordable<int>);
static_assert(std::is_same_v<RecordEntry<Small>::view_type, View<Small>>);
static_assert(std::is_same_v<RecordEntry<part<Packed, Q>>::view_type, View<Grouped<3, Q<1>>>>);
static_assert(std::is_copy_constructible_v<RecordEntry<Small>> && !std::is_default_constructible_v<RecordEntry<Small>>);

}  // namespace

TEST_CASE("an entry tells layer, site, pass and value, and outlives its recorder") {
    std::vector<HookPoint<Small>> sites{HookPoint<Small>("h.0"), HookPoint<Small>("h.1")};
    HookSet hooks;
    std::optional<RecordEntry<K<2>>> entry;
    at::Tensor x = at::arange(18, at::kFloat).reshape({3, 6});
    const at::Tensor keys = x.narrow(1, 2, 2).clone();
    {
        History<K<2>> history;
        hooks.add(sites, history);
        const auto scope = hooks.activate();
        (void)sites[0](x), (void)sites[1](x.add(1)), (void)sites[0](x.mul(2)), (void)sites[1](x);
        entry = history.begin()[3];
    }
    x.zero_();
    CHECK(entry->layer() == 1);
    CHECK(entry->name() == "h.1");
    CHECK(entry->pass() == 1);
    CHECK(entry->view().unsafe_tensor().equal(keys));
}

TEST_CASE("the value of an entry that was written after it was recorded is refused, in every copy") {
    HookPoint<AnyLayout> point("pattern");
    HookSet hooks;
    History<AnyLayout> history;
    hooks.add(point, history);
    const auto scope = hooks.activate();
    (void)point(at::ones({2, 2}));
    const auto entry = *history.begin(), copy = entry;
    entry.view().add_(1);
    CHECK(says(message_of<OwnershipError>([&] { (void)copy.view(); }), "pass 0 of pattern was written", "clone()"));
}

TEST_CASE("a plain tensor that an entry hands out may be changed as an object without changing the recording") {
    HookPoint<AnyLayout> point("pattern");
    HookSet hooks;
    Latest<AnyLayout> latest;
    hooks.add(point, latest);
    const auto scope = hooks.activate();
    (void)point(at::ones({2, 3}));
    const auto is_intact = [&] {
        const at::Tensor t = latest[0];
        return t.equal(at::ones({2, 3})) && !t.requires_grad();
    };
    latest[0].requires_grad_();
    CHECK(is_intact());
    try {
        latest[0].set_data(at::zeros({4}));
    } catch (const c10::Error&) {  // some versions of LibTorch refuse this
    }
    CHECK(is_intact());
    const at::Tensor kept = latest[0];
    (void)point(at::zeros({2, 3}));
    CHECK(kept.equal(at::ones({2, 3})));
    CHECK(latest[0].equal(at::zeros({2, 3})));
}

TEST_CASE("gradients flow from a plain tensor that an entry hands out into the pass that was recorded") {
    HookPoint<AnyLayout> point("pattern");
    HookSet hooks;
    Latest<AnyLayout> latest(RecordOptions{.keep_graph = true});
    hooks.add(point, latest);
    const auto scope = hooks.activate();
    const at::Tensor w = at::ones({2, 3}).requires_grad_();
    (void)point(w * 2);
    at::Tensor recorded;
    {
        const at::NoGradGuard no_grad;
        recorded = latest[0];
    }
    (recorded * 3).sum().backward();
    CHECK(w.grad().equal(at::full({2, 3}, 6.0f)));
}

TEST_CASE("an entry prints its site, its pass and its value") {
    const HookPoint<AnyLayout> site("h.0");
    Latest<AnyLayout> latest;
    HookSet hooks;
    hooks.add(site, latest);
    const auto scope = hooks.activate();
    (void)site(at::ones({2}));
    std::ostringstream out, value;
    out << *latest.begin();
    value << at::ones({2});
    CHECK(out.str() == "h.0, pass 0: " + value.str());
}
