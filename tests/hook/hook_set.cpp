#include <suture/edit/on.hpp>
#include <suture/hook/hook_set.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <range/v3/view/drop.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<6, Q<2>, K<2>, V<2>>;
using Other = Fused<6, Gate<4>, Up<2>>;

namespace {

const at::Tensor x = at::arange(12, at::kFloat).reshape({2, 6});

struct fixture {
    HookPoint<Qkv> site{"h.0"};
    HookPoint<AnyLayout> any{"h.any"};
    HookSet hooks;

    template <class Callback>
    at::Tensor pass(Callback callback) {
        const auto handle = hooks.add(site, callback);
        const auto scope = hooks.activate();
        return site(x);
    }
    template <class Kind, class Callback>
    std::string refusal(Callback callback) {
        return message_of<Kind>([&] { (void)pass(callback); });
    }
};

template <class S, class H>
concept can_add = requires(HookSet& hooks, const S& site, H hook) { hooks.add(site, hook); };
template <class L, class S, class H>
concept can_add_as = requires(HookSet& hooks, const S& site, H hook) { hooks.template add<L>(site, hook); };

using Silence = decltype(on<Q>().zero());
using Typed = HookPoint<Qkv>;
using Untyped = HookPoint<AnyLayout>;

}  // namespace

TEST_CASE_FIXTURE(fixture, "a recipe replaces what passes and leaves the source") {
    CHECK(pass(on<Q>(token(0)).set(-1)).equal((borrow<Qkv>(x) | on<Q>(token(0)).set(-1)).take()));
    CHECK(x.equal(at::arange(12, at::kFloat).reshape({2, 6})));
}

TEST_CASE_FIXTURE(fixture, "a callback that returns nothing keeps the tensor itself") {
    float seen = 0;
    CHECK(pass([&](const View<Qkv>& v) { seen = v.sum().item<float>(); }).is_same(x));
    CHECK(seen == 66);
}

TEST_CASE_FIXTURE(fixture, "a callback is given the site if it asks for it") {
    std::string name;
    (void)pass([&](const View<Qkv>&, const Site& at) { name = at.name(); });
    CHECK(name == "h.0");
}

TEST_CASE_FIXTURE(fixture, "a callback may replace by an Owned, a tensor or an optional of these") {
    const at::Tensor doubled = x * 2;
    CHECK(pass([](const View<Qkv>& v) { return v * 2; }).equal(doubled));
    CHECK(pass([](const View<Qkv>& v) { return v.read([](const at::Tensor& t) { return t * 2; }); }).equal(doubled));
    CHECK(pass([](const View<Qkv>& v) { return std::optional(v * 2); }).equal(doubled));
    CHECK(pass([&](const View<Qkv>&) { return std::optional<at::Tensor>(doubled); }).equal(doubled));
    CHECK(pass([](const View<Qkv>&) { return std::optional<Owned<Qkv>>(); }).is_same(x));
    CHECK(pass([](const View<Qkv>&) { return at::Tensor(); }).is_same(x));
    CHECK(pass([](const View<Qkv>& v) { return v | on<Q>().zero(); }).sum().item<float>() == 52);
}

TEST_CASE_FIXTURE(fixture, "a callback may return a reference to what it was lent") {
    CHECK(pass([](const View<Qkv>& v) -> const at::Tensor& { return v.unsafe_tensor(); }).equal(x));
}

TEST_CASE_FIXTURE(fixture, "hooks at a site run in the order in which they were added") {
    const auto first = hooks.add(site, on<Q>().set(1)), second = hooks.add(site, on<Q>().add(2));
    const auto third = hooks.add(site, on<Q>().multiply(5));
    const auto scope = hooks.activate();
    CHECK(site(x)[0][0].item<float>() == 15);
}

TEST_CASE_FIXTURE(fixture, "a callback that writes what it was lent throws and names the site") {
    const std::string sentence =
        "h.0: the hook wrote into the tensor it was lent: return a new value, or clone() and edit that";
    const auto on_copy = [&](auto callback) {
        const auto handle = hooks.add(site, callback);
        const auto scope = hooks.activate();
        return message_of<OwnershipError>([&] { (void)site(x.clone()); });
    };
    CHECK(on_copy([](const View<Qkv>& v) { v.unsafe_tensor().add_(1); }) == sentence);
    CHECK(on_copy([](const View<Qkv>& v) { v.unsafe_tensor().detach().zero_(); }) == sentence);
    CHECK(on_copy([](const View<Qkv>& v) { return v.unsafe_tensor().mul_(2); }) == sentence);
    CHECK(on_copy([](const View<Qkv>& v) { v.get<K>().unsafe_tensor().fill_(2); }) == sentence);
}

TEST_CASE_FIXTURE(fixture, "a callback at an untyped site that writes throws and names the site") {
    const auto handle = hooks.add(any, [](const at::Tensor& t) { t.mul_(2); });
    const auto scope = hooks.activate();
    CHECK(says(message_of<OwnershipError>([&] { (void)any(x.clone()); }), "h.any: the hook wrote"));
}

TEST_CASE_FIXTURE(fixture, "a replacement of another shape, dtype, device or kind is refused") {
    CHECK(refusal<ShapeError>([](const View<Qkv>&) { return at::ones({3, 6}); }) ==
          "h.0: the hook returned shape [3, 6] for an activation of shape [2, 6]: return the same shape, or nothing to "
          "keep it");
    CHECK(says(refusal<ShapeError>([](const View<Qkv>& v) { return v.sum(); }), "[]", "[2, 6]"));
    CHECK(says(refusal<TypeError>([](const View<Qkv>&) { return at::ones({2, 6}, at::kDouble); }),
               "h.0: the hook returned float64 [2, 6] on cpu", "float32 [2, 6] on cpu"));
    CHECK(says(refusal<TypeError>([](const View<Qkv>&) { return at::ones({2, 6}, at::kMeta); }), "on meta"));
    CHECK(says(refusal<TypeError>([](const View<Qkv>&) { return x.to_sparse(); }), "h.0: "));
}

TEST_CASE_FIXTURE(fixture, "a replacement at a site that passed no tensor is refused by suture") {
    const auto handle = hooks.add(any, [](const at::Tensor&) { return at::ones({1}); });
    const auto scope = hooks.activate();
    CHECK(says(message_of<TypeError>([&] { (void)any(at::Tensor()); }), "h.any: ", "undefined"));
}

TEST_CASE_FIXTURE(fixture, "dropping the handle removes the hook") {
    const auto scope = hooks.activate();
    {
        const auto handle = hooks.add(site, on<Q>().zero());
        CHECK_FALSE(site(x).is_same(x));
    }
    CHECK(site(x).is_same(x));
}

TEST_CASE_FIXTURE(fixture, "a released hook stays, a removed one goes, and both can be done twice") {
    const auto scope = hooks.activate();
    hooks.add(site, on<Q>().zero()).release();
    CHECK_FALSE(site(x).is_same(x));
    auto handle = hooks.add(site, on<K>().zero());
    handle.remove();
    handle.remove();
    CHECK(site(x)[0][3].item<float>() == 3);
    CHECK(handle.fired() == 0);
}

TEST_CASE_FIXTURE(fixture, "a handle can be moved, and an assigned one removes what it held") {
    const auto scope = hooks.activate();
    auto first = hooks.add(site, on<Q>().zero());
    auto second = std::move(first);
    CHECK(site(x)[1][0].item<float>() == 0);
    first.remove();
    CHECK(site(x)[1][0].item<float>() == 0);
    CHECK(second.fired() == 2);
    CHECK(first.fired() == 0);
    second = hooks.add(site, on<K>().zero());
    CHECK(site(x)[1][0].item<float>() == 6);
    CHECK(site(x)[1][2].item<float>() == 0);
}

TEST_CASE("a handle may outlive its set") {
    const HookPoint<Qkv> site{"h.0"};
    std::optional<HookHandle> handle;
    {
        HookSet hooks;
        handle.emplace(hooks.add(site, on<Q>().zero()));
    }
    CHECK_NOTHROW(handle->remove());
    CHECK_NOTHROW(handle.reset());
}

TEST_CASE_FIXTURE(fixture, "fired counts the passes, also those that threw") {
    const auto handle = hooks.add(site, on<Q>(token(9)).zero());
    CHECK(handle.fired() == 0);
    const auto scope = hooks.activate();
    CHECK_THROWS_AS((void)site(x), PositionError);
    CHECK_THROWS_AS((void)site(x), PositionError);
    CHECK(handle.fired() == 2);
}

TEST_CASE_FIXTURE(fixture, "a recipe at an untyped site says its layout when it is added") {
    const auto handle = hooks.add<Qkv>(any, on<K>().zero());
    const auto scope = hooks.activate();
    CHECK(any(x)[0][2].item<float>() == 0);
    CHECK(says(message_of<ShapeError>([&] { (void)any(at::ones({5})); }), "h.any: ", "needs [..., 6]", "[5]"));
}

TEST_CASE_FIXTURE(fixture, "a hook keeps what it captured until it is removed, and no longer") {
    const auto captured = std::make_shared<int>(1);
    auto handle = hooks.add(site, [captured](const View<Qkv>&) {});
    CHECK(captured.use_count() == 2);
    handle.remove();
    CHECK(captured.use_count() == 1);
}

TEST_CASE("a hook may hold the handle of another hook of its set, and takes it along when it is removed") {
    struct state {
        HookPoint<Qkv> site{"h.0"};
        HookSet hooks;
        std::optional<HookHandle> holder;
        std::promise<void> removed;
    };
    const auto s = std::make_shared<state>();
    auto held = std::make_shared<HookHandle>(s->hooks.add(s->site, on<Q>().zero()));
    s->holder.emplace(s->hooks.add(s->site, [held](const View<Qkv>&) {}));
    held.reset();
    // In a thread of its own, so that a deadlock is a failure and not a test run without an end.
    std::thread([s] {
        s->holder.reset();
        s->removed.set_value();
    }).detach();
    REQUIRE(s->removed.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
    const auto scope = s->hooks.activate();
    CHECK(s->site(x).is_same(x));
}

TEST_CASE_FIXTURE(fixture, "inference tensors pass through hooks") {
    const c10::InferenceMode inference;
    const at::Tensor inside = at::ones({2, 6});
    const auto handle = hooks.add(site, on<Q>().zero());
    const auto look = hooks.add(site, [](const View<Qkv>& v) { (void)v.sum(); });
    const auto scope = hooks.activate();
    CHECK(site(inside).sum().item<float>() == 8);
}

TEST_CASE_FIXTURE(fixture, "gradients flow through hooks") {
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    const auto handle = hooks.add(site, on<Q>().multiply(3) | on<K>().zero());
    const auto scope = hooks.activate();
    site(leaf * 1).sum().backward();
    CHECK(leaf.grad()[0].equal(at::tensor({3.0f, 3.0f, 0.0f, 0.0f, 1.0f, 1.0f})));
}

TEST_CASE_FIXTURE(fixture, "a range of sites gets the hook at each, and one handle for all") {
    std::vector<HookPoint<Qkv>> layers(3);
    auto handle = hooks.add(layers, on<Q>().set(5));
    CHECK(handle.size() == 3);
    {
        const auto scope = hooks.activate();
        for (const auto& layer : layers) CHECK(layer(x)[1][1].item<float>() == 5);
    }
    CHECK(handle.fired() == 3);
    CHECK(hooks.fired() == 3);
    const auto of_some = hooks.add(layers | ranges::views::drop(2), [](const View<Qkv>&) {});
    CHECK(of_some.size() == 1);
    handle.remove();
    const auto scope = hooks.activate();
    CHECK(layers[2](x).is_same(x));
    CHECK(says(message_of<HookError>([&] { (void)hooks.add(std::vector<HookPoint<Qkv>>(), on<Q>().zero()); }), "empty"));
}

TEST_CASE_FIXTURE(fixture, "a hook that runs once runs once") {
    const auto handle = hooks.add(site, on<Q>().zero()).once();
    const auto scope = hooks.activate();
    CHECK_FALSE(site(x).is_same(x));
    CHECK(site(x).is_same(x));
    CHECK(handle.fired() == 1);
}

TEST_CASE_FIXTURE(fixture, "a disabled hook stays in its place until it is enabled") {
    auto first = hooks.add(site, on<Q>().set(1));
    const auto second = hooks.add(site, on<Q>().multiply(5));
    const auto scope = hooks.activate();
    first.disable();
    CHECK(site(x)[0][1].item<float>() == 5);
    first.enable();
    CHECK(site(x)[0][1].item<float>() == 5);
    CHECK(site(x)[0][0].item<float>() == 5);
    CHECK(first.fired() == 2);
}

TEST_CASE_FIXTURE(fixture, "one line runs a model with hooks, and reports those that never fired") {
    struct passing {
        const HookPoint<Qkv>& site;
        at::Tensor forward(const at::Tensor& t) { return site(t); }
    };
    const auto model = std::make_shared<passing>(passing{site});
    const auto handle = hooks.add(site, on<Q>().zero());
    CHECK(while_running(model, hooks, x).equal((borrow<Qkv>(x) | on<Q>().zero()).take()));
    const auto elsewhere = hooks.add(any, [](const at::Tensor&) {});
    CHECK(says(message_of<HookError>([&] { (void)while_running(model, hooks, x); }), "h.any (a callback)"));
}

TEST_CASE_FIXTURE(fixture, "a backward hook sees the gradient by what passed its site, and may edit it") {
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    at::Tensor seen;
    const auto look = hooks.add_backward(site, [&](const View<Qkv>& gradient, const Site& at) {
        CHECK(at.name() == "h.0");
        seen = gradient.clone().take();
    });
    const auto edit = hooks.add_backward(site, on<K>().zero());
    const at::Tensor passed = leaf * 2;
    {
        const auto scope = hooks.activate();
        (site(passed) * x + passed).sum().backward();
    }
    // What is made of the activation beside the site adds nothing to the gradient at the site.
    CHECK(seen.equal(x));
    CHECK(leaf.grad().equal((borrow<Qkv>(x) | on<K>().zero()).take() * 2 + 2));
    CHECK(look.fired() == 1);
    CHECK(edit.fired() == 1);
}

TEST_CASE_FIXTURE(fixture, "backward hooks run in the order in which they were added, the outer set's first") {
    HookSet inner;
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    const auto within = inner.add_backward(site, on<Q>().add(1));
    const auto first = hooks.add_backward(site, on<Q>().set(1)), second = hooks.add_backward(site, on<Q>().multiply(5));
    const auto outside = hooks.activate(), inside = inner.activate();
    site(leaf * 1).sum().backward();
    CHECK(leaf.grad()[0][0].item<float>() == 6);
}

TEST_CASE_FIXTURE(fixture, "a backward hook whose gradient never comes is reported") {
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    const auto look = hooks.add_backward(site, on<K>().zero());
    auto scope = hooks.activate();
    const at::Tensor cut = site(leaf * 1).detach();
    CHECK(says(message_of<HookError>([&] { scope.end(); }), "h.0 (gradient: K = 0)", "run backward"));
}

TEST_CASE_FIXTURE(fixture, "the gradient is that by the edited activation, and may come after the scope") {
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    at::Tensor seen, result;
    const auto edit = hooks.add(site, on<Q>().multiply(3));
    auto look = hooks.add_backward(site, [&](const View<Qkv>& gradient) { seen = gradient.clone().take(); }).may_be_idle();
    {
        const auto scope = hooks.activate();
        result = site(leaf * 1).pow(2).sum();
    }
    result.backward({}, true);
    CHECK(seen[0].equal(at::tensor({6.0f, 6.0f, 2.0f, 2.0f, 2.0f, 2.0f})));
    look.remove();
    seen.reset();
    result.backward();
    CHECK_FALSE(seen.defined());
}

TEST_CASE_FIXTURE(fixture, "a backward hook whose activation needs no gradient is refused in the pass") {
    const auto look = hooks.add_backward(site, on<K>().zero()).may_be_idle();
    const auto scope = hooks.activate();
    CHECK(says(message_of<HookError>([&] { (void)site(x); }), "h.0: ", "needs none", "run with gradients enabled"));
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    const at::NoGradGuard no_gradients;
    CHECK(says(message_of<HookError>([&] { (void)site(leaf); }), "h.0: ", "needs none"));
}

TEST_CASE_FIXTURE(fixture, "an error of a backward hook names its site") {
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    const auto edit = hooks.add_backward(site, on<K>(token(7)).zero());
    const auto scope = hooks.activate();
    const at::Tensor result = site(leaf * 1).sum();
    CHECK(says(message_of<PositionError>([&] { result.backward(); }), "h.0 (gradient): K[token 7] = 0: token 7"));
    CHECK(suture::detail::innermost_scope != nullptr);
}

TEST_CASE_FIXTURE(fixture, "a backward hook at an untyped site says its layout when it is added") {
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    const auto edit = hooks.add_backward<Qkv>(any, on<K>().zero());
    const auto scope = hooks.activate();
    any(leaf * 1).sum().backward();
    CHECK(leaf.grad()[1].equal(at::tensor({1.0f, 1.0f, 0.0f, 0.0f, 1.0f, 1.0f})));
}

TEST_CASE_FIXTURE(fixture, "a typed callback at an untyped site says its layout when it is added") {
    const auto look = hooks.add<Qkv>(any, [](const View<Qkv>& v) { return v | on<K>().zero(); });
    const auto scope = hooks.activate();
    CHECK(any(x)[0][2].item<float>() == 0);
}

TEST_CASE_FIXTURE(fixture, "a callback that writes and throws is told that it wrote") {
    CHECK(says(refusal<OwnershipError>([](const View<Qkv>& v) {
                   const at::Tensor before = v.unsafe_tensor().clone();
                   v.unsafe_tensor().add_(1);
                   v.unsafe_tensor().set_data(before);
                   throw std::runtime_error("mine");
               }),
               "h.0: the hook wrote"));
}

TEST_CASE("a null pointer to a module is refused by suture") {
    struct holder { HookPoint<Qkv> output; };
    const std::shared_ptr<holder> nothing;
    HookSet hooks;
    CHECK(says(message_of<HookError>([&] { (void)hooks.add(nothing, on<Q>().zero()); }), "empty"));
}

TEST_CASE("what a site can't take is refused by requires") {
    static_assert(can_add<Typed, Silence>);
    static_assert(!can_add<HookPoint<Other>, Silence>);
    static_assert(!can_add<Untyped, Silence>);
    static_assert(can_add_as<Qkv, Untyped, Silence>);
    static_assert(!can_add_as<Other, Untyped, Silence>);
    static_assert(!can_add_as<Qkv, Typed, Silence>);
    static_assert(can_add<Typed, void (*)(const View<Qkv>&)>);
    static_assert(can_add<Typed, void (*)(View<Qkv>, const Site&)>);
    static_assert(!can_add<Typed, void (*)(const View<Other>&)>);
    static_assert(!can_add<Typed, void (*)(at::Tensor)>);
    static_assert(!can_add<Typed, void (*)()>);
    static_assert(can_add<Untyped, void (*)(const at::Tensor&)>);
    static_assert(!can_add<at::Tensor, Silence>);
    CHECK_FALSE(can_add<Typed, int>);
}

TEST_CASE("a callback that returns what can't replace the activation is refused by requires") {
    CHECK(can_add<Typed, Owned<Qkv> (*)(const View<Qkv>&)>);
    CHECK_FALSE(can_add<Typed, Owned<Other> (*)(const View<Qkv>&)>);
    CHECK_FALSE(can_add<Typed, int (*)(const View<Qkv>&)>);
    CHECK_FALSE(can_add<Typed, View<Qkv> (*)(const View<Qkv>&)>);
}

TEST_CASE("a handle is moved and never copied") {
    static_assert(!std::is_copy_constructible_v<HookHandle>);
    static_assert(!std::is_copy_assignable_v<HookHandle>);
    CHECK(std::is_nothrow_move_constructible_v<HookHandle>);
}
