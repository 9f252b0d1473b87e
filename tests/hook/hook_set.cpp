#include "suture/hook/hook_set.hpp"

#include "suture/hook/sites.hpp"

#include "hook/fixture.hpp"

#include <suture/hook/board.hpp>

#include <range/v3/view/drop.hpp>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace {

template <class L, class S, class H>
concept can_add_as = requires(HookSet& hooks, const S& site, H hook) {
    hooks.template add<L>(site, hook);
};
template <class L, class S, class H>
concept can_add_backward_as = requires(HookSet& hooks, const S& site, H hook) {
    hooks.template add_backward<L>(site, hook);
};

at::Tensor doubled(const View<Qkv>& v) { return at::Tensor((v * 2).take()); }
int seen = 0;
void look(const View<Qkv>&) { ++seen; }

}  // namespace

TEST_CASE_FIXTURE(fixture, "a callback may be a plain function, by its name or its address") {
    hooks.add(site, doubled);
    hooks.add(site, &look);
    const HookKey of_gradients = hooks.add_backward(site, look);
    hooks.add_backward(site, &look);
    const at::Tensor leaf = x.clone().requires_grad_();
    const auto scope = hooks.activate();
    const at::Tensor result = site(leaf * 1);
    CHECK(result.equal(x * 2));
    CHECK(seen == 1);
    result.sum().backward();
    CHECK(seen == 3);
    CHECK(of_gradients.fired() == 1);
}

TEST_CASE_FIXTURE(fixture, "a set is printed as one line per hook") {
    std::ostringstream text;
    text << hooks;
    CHECK(text.str() == "no hooks");
    text.str("");
    hooks.add(site, on<Q>(token(0)).zero());
    hooks.add(site, doubled);
    text << hooks;
    CHECK(text.str() == site.name() + ": Q[token 0] = 0\n" + site.name() + ": a callback");
}

TEST_CASE_FIXTURE(fixture, "a recipe replaces the activation and leaves the source unchanged") {
    CHECK(pass(on<Q>(token(0)).set(-1)).equal((borrow<Qkv>(x) | on<Q>(token(0)).set(-1)).take()));
    CHECK(x.equal(at::arange(12, at::kFloat).reshape({2, 6})));
}

TEST_CASE_FIXTURE(fixture, "hooks at a site run in the order in which they were added") {
    hooks.add(site, on<Q>().set(1));
    hooks.add(site, on<Q>().add(2));
    hooks.add(site, on<Q>().multiply(5));
    const auto scope = hooks.activate();
    CHECK(site(x)[0][0].item<float>() == 15);
}

TEST_CASE_FIXTURE(fixture, "a recipe at an untyped site is given a layout when it is added") {
    hooks.add<Qkv>(any, on<K>().zero());
    const auto scope = hooks.activate();
    CHECK(any(x)[0][2].item<float>() == 0);
    CHECK(says(message_of<ShapeError>([&] { (void)any(at::ones({5})); }), "h.any: ", "needs [..., 6]", "[5]"));
}

TEST_CASE_FIXTURE(fixture, "inference tensors pass through hooks") {
    const c10::InferenceMode inference;
    const at::Tensor inside = at::ones({2, 6});
    hooks.add(site, on<Q>().zero());
    hooks.add(site, [](const View<Qkv>& v) { (void)v.sum(); });
    const auto scope = hooks.activate();
    CHECK(site(inside).sum().item<float>() == 8);
}

TEST_CASE_FIXTURE(fixture, "gradients flow through hooks") {
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    hooks.add(site, on<Q>().multiply(3) | on<K>().zero());
    const auto scope = hooks.activate();
    site(leaf * 1).sum().backward();
    CHECK(leaf.grad()[0].equal(at::tensor({3.0f, 3.0f, 0.0f, 0.0f, 1.0f, 1.0f})));
}

TEST_CASE_FIXTURE(fixture, "a range of sites gets the hook at each, and one key for all") {
    std::vector<HookPoint<Qkv>> layers(3);
    auto key = hooks.add(layers, on<Q>().set(5));
    CHECK(key.size() == 3);
    {
        const auto scope = hooks.activate();
        for (const auto& layer : layers) CHECK(layer(x)[1][1].item<float>() == 5);
    }
    CHECK(key.fired() == 3);
    CHECK(hooks.fired() == 3);
    const auto of_some = hooks.add(layers | ranges::views::drop(2), [](const View<Qkv>&) {});
    CHECK(of_some.size() == 1);
    key.remove();
    const auto scope = hooks.activate();
    CHECK(layers[2](x).is_same(x));
    CHECK(
        says(message_of<HookError>([&] { (void)hooks.add(std::vector<HookPoint<Qkv>>(), on<Q>().zero()); }), "empty"));
}

TEST_CASE_FIXTURE(fixture, "a set whose hooks were all removed is refused until clear() says that it is intended") {
    const std::string sentence =
        "the hooks of this set were removed or moved to another set, so the run would be a clean one: add hooks, or "
        "call "
        "clear() if that is intended";
    const auto model = [this](const at::Tensor& t) { return site(t); };
    CHECK_NOTHROW(hooks.activate().end());  // a new set is empty on purpose
    const HookKey key = hooks.add(site, on<Q>().zero());
    key.remove();
    CHECK(message_of<HookError>([&] { (void)hooks.activate(); }) == sentence);
    CHECK(message_of<HookError>([&] { (void)run_with_hooks(model, hooks, x); }) == sentence);
    hooks.clear();
    CHECK(run_with_hooks(model, hooks, x).is_same(x));
    hooks.add(site, on<Q>().zero());
    CHECK_FALSE(run_with_hooks(model, hooks, x).is_same(x));
}

TEST_CASE_FIXTURE(fixture,
                  "a set whose hooks were moved to another one is refused until hooks are added or clear() is called") {
    hooks.add(site, on<Q>().zero());
    HookSet other = std::move(hooks);
    CHECK(says(message_of<HookError>([&] { (void)hooks.activate(); }), "moved to another set"));
    HookSet third = std::move(hooks);
    CHECK_THROWS_AS((void)third.activate(), HookError);
    hooks.add(any, [](const at::Tensor&) {});
    CHECK_NOTHROW((void)message_of<HookError>([&] { hooks.activate().end(); }));
    third.clear();
    CHECK_NOTHROW(third.activate().end());
    third = std::move(other);
    CHECK_THROWS_AS((void)other.activate(), HookError);
    const auto scope = third.activate();
    CHECK_FALSE(site(x).is_same(x));
}

TEST_CASE_FIXTURE(fixture, "a set that is cleared in its scope runs no hook from the next pass on") {
    const HookKey key = hooks.add(site, on<Q>().zero());
    auto scope = hooks.activate();
    CHECK_FALSE(site(x).is_same(x));
    hooks.clear();
    CHECK(site(x).is_same(x));
    CHECK_NOTHROW(key.remove());
    CHECK_NOTHROW(scope.end());
}

TEST_CASE_FIXTURE(fixture, "run-time heads and channels are checked when a hook is added, with the name of the site") {
    const HookPoint<Fused<6, Q<2, 2>, K<2>, V<2>>> heads{"h.7"};
    CHECK(message_of<PositionError>([&] { hooks.add(heads, on<Q>(head(2)).zero()); }) ==
          "h.7: head 2 is outside Q, which has 2 heads: count from 0 over all groups, or from -1 for the last");
    CHECK(says(message_of<PositionError>([&] { hooks.add(heads, on<K>(dims(0, 3)).zero()); }), "h.7: ", "outside K"));
    CHECK(says(message_of<PositionError>([&] { hooks.add_backward(heads, on<Q>(head(-3)).zero()); }), "h.7: head -3"));
    CHECK(says(message_of<PositionError>([&] { hooks.add(std::vector{site_ref(heads)}, on<Q>(head(2)).zero()); }),
               "h.7: head 2"));
    CHECK_NOTHROW(hooks.activate().end());
}

TEST_CASE_FIXTURE(fixture, "a range of edits is one hook") {
    const std::vector edits{on<Q>(dims(0, 1)).zero(), on<Q>(dims(1, 2)).zero()};
    hooks.add(site, edits);
    const auto scope = hooks.activate();
    CHECK(site(x).equal((borrow<Qkv>(x) | on<Q>().zero()).take()));
}

TEST_CASE_FIXTURE(fixture, "one line runs a model with hooks, and reports those that never fired") {
    struct passing {
        const HookPoint<Qkv>& site;
        at::Tensor forward(const at::Tensor& t) { return site(t); }
    };
    const auto model = std::make_shared<passing>(passing{site});
    hooks.add(site, on<Q>().zero());
    CHECK(run_with_hooks(model, hooks, x).equal((borrow<Qkv>(x) | on<Q>().zero()).take()));
    hooks.add(any, [](const at::Tensor&) {});
    CHECK(says(message_of<HookError>([&] { (void)run_with_hooks(model, hooks, x); }), "h.any (a callback)"));
}

namespace {
/// Shows its site, and passes it only if told to.
struct Showing {
    HookPoint<Qkv> point{"point"};
    bool passes = true;
    at::Tensor forward(const at::Tensor& t) { return passes ? point(t) : t; }
    void visit_sites(const SiteVisitor& visit) { visit("point", point); }
};
}  // namespace

TEST_CASE_FIXTURE(fixture, "a run whose model is known tells a site of another model from one that it did not pass") {
    Showing model, copy = model;
    hooks.add(model.point, on<Q>().zero());
    CHECK_NOTHROW((void)run_with_hooks(model, hooks, x));
    CHECK(says(message_of<HookError>([&] { (void)run_with_hooks(copy, hooks, x); }),
               "point is not a site of the model that ran"));
    model.passes = false;
    CHECK(says(message_of<HookError>([&] { (void)run_with_hooks(model, hooks, x); }),
               "the model that ran has these sites and did not pass them"));
}

TEST_CASE_FIXTURE(fixture, "a typed callback at an untyped site is given a layout when it is added") {
    hooks.add<Qkv>(any, [](const View<Qkv>& v) { return v | on<K>().zero(); });
    const auto scope = hooks.activate();
    CHECK(any(x)[0][2].item<float>() == 0);
}

TEST_CASE_FIXTURE(fixture, "a model that runs with hooks may be a function, and an empty pointer is refused") {
    hooks.add(site, on<Q>().zero());
    const auto model = [this](const at::Tensor& t) { return site(t); };
    CHECK(run_with_hooks(model, hooks, x)[0][0].item<float>() == 0);
    struct passing {
        at::Tensor forward(const at::Tensor& t) { return t; }
    };
    const std::shared_ptr<passing> nothing;
    CHECK(says(message_of<ModelError>([&] { (void)run_with_hooks(nothing, hooks, x); }), "empty"));
}

TEST_CASE_FIXTURE(fixture, "a range of untyped sites gets its layout when hooks are added, in both passes") {
    std::vector<HookPoint<AnyLayout>> layers(2);
    const auto edit = hooks.add<Qkv>(layers, on<Q>().set(5));
    const auto backward = hooks.add_backward<Qkv>(layers, on<K>().zero());
    const auto look = hooks.add_backward<Qkv>(layers, [](const View<Qkv>& gradient) { (void)gradient.sum(); });
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    const auto scope = hooks.activate();
    for (const auto& layer : layers) layer(leaf).sum().backward();
    CHECK(leaf.grad()[0].equal(at::tensor({0.0f, 0.0f, 0.0f, 0.0f, 2.0f, 2.0f})));
    CHECK(edit.fired() + backward.fired() + look.fired() == 6);
}

TEST_CASE("a null pointer to a module is refused by suture") {
    struct holder {
        HookPoint<Qkv> output;
    };
    const std::shared_ptr<holder> nothing;
    HookSet hooks;
    CHECK(says(message_of<HookError>([&] { (void)hooks.add(nothing, on<Q>().zero()); }), "empty"));
}

TEST_CASE("hooks that a site cannot have are refused by requires") {
    static_assert(can_add<Typed, Silence>);
    static_assert(!can_add<HookPoint<Other>, Silence>);
    static_assert(!can_add<Untyped, Silence>);
    static_assert(can_add_as<Qkv, Untyped, Silence>);
    static_assert(!can_add_as<Other, Untyped, Silence>);
    static_assert(!can_add_as<Qkv, Typed, Silence>);
    static_assert(!can_add_as<Qkv, Typed, void (*)(const View<Qkv>&)>);
    static_assert(can_add_as<Qkv, Untyped, void (*)(const View<Qkv>&)>);
    static_assert(!can_add_as<Qkv, Untyped, void (*)(const View<Other>&)>);
    static_assert(can_add_backward_as<Qkv, Untyped, Silence>);
    static_assert(!can_add_backward_as<Other, Untyped, Silence>);
    static_assert(!can_add_backward_as<Qkv, Typed, Silence>);
    static_assert(!can_add_as<Qkv, std::vector<int>, Silence>);
    static_assert(can_add<Typed, void (*)(const View<Qkv>&)>);
    static_assert(can_add<Typed, void (*)(View<Qkv>, const Site&)>);
    static_assert(!can_add<Typed, void (*)(const View<Other>&)>);
    static_assert(!can_add<Typed, void (*)(at::Tensor)>);
    static_assert(!can_add<Typed, void (*)()>);
    static_assert(can_add<Untyped, void (*)(const at::Tensor&)>);
    static_assert(!can_add<at::Tensor, Silence>);
    CHECK_FALSE(can_add<Typed, int>);
}

TEST_CASE_FIXTURE(fixture, "a site twice in a range, and a board twice at a site, are refused: they would run twice") {
    const std::vector<SiteRef<Qkv>> twice{site_ref(site), site_ref(site)};
    CHECK(message_of<HookError>([&] { hooks.add(twice, on<Q>().zero()); }) ==
          "h.0 is in the range of sites twice, where its hook would run twice: give each site once");
    CHECK_THROWS_AS(hooks.add(twice, [](const View<Qkv>&) {}), HookError);
    Board<Qkv> board;
    CHECK_THROWS_AS(hooks.add(twice, board), HookError);
    const HookKey key = hooks.add(site, board);
    board[0] = on<Qkv>().multiply(2.0);
    CHECK(says(message_of<HookError>([&] { hooks.add(site, board); }), "h.0 has this board or recorder already"));
    {
        const auto scope = hooks.activate();
        CHECK(site(x).equal(x * 2));
    }
    key.remove();
    hooks.add(site, board);
    const auto scope = hooks.activate();
    CHECK(site(x).equal(x * 2));
}

TEST_CASE_FIXTURE(fixture, "a range of edits that is empty is refused: the run would be a clean one") {
    const std::vector<Silence> none;
    const std::string sentence = "the range of edits is empty: give at least one edit";
    CHECK(message_of<ValueError>([&] { hooks.add(site, none); }) == "h.0: " + sentence);
    CHECK(message_of<ValueError>([&] { hooks.add_backward(site, none); }) == "h.0: " + sentence);
    Board<Qkv> board;
    CHECK(message_of<ValueError>([&] { board[3] = none; }) == "board layer 3: " + sentence);
    hooks.add(site, Recipe<>());
    const auto scope = hooks.activate();
    CHECK(site(x).equal(x));
}
