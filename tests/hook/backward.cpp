// Hooks on the gradient that reaches a site.
#include "hook/fixture.hpp"

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
    inner.add_backward(site, on<Q>().add(1));
    const auto first = hooks.add_backward(site, on<Q>().set(1)), second = hooks.add_backward(site, on<Q>().multiply(5));
    const auto outside = hooks.activate(), inside = inner.activate();
    site(leaf * 1).sum().backward();
    CHECK(leaf.grad()[0][0].item<float>() == 6);
}

TEST_CASE_FIXTURE(fixture, "a backward hook whose gradient never comes is reported") {
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    hooks.add_backward(site, on<K>().zero());
    auto scope = hooks.activate();
    const at::Tensor cut = site(leaf * 1).detach();
    CHECK(says(message_of<HookError>([&] { scope.end(); }), "h.0 (gradient: K = 0)", "run backward"));
}

TEST_CASE_FIXTURE(fixture, "the gradient is that by the edited activation, and may come after the scope") {
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    at::Tensor seen, result;
    hooks.add(site, on<Q>().multiply(3));
    auto look =
        hooks.add_backward(site, [&](const View<Qkv>& gradient) { seen = gradient.clone().take(); }).may_be_idle();
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

TEST_CASE_FIXTURE(fixture, "a backward hook is refused in the pass if the activation does not require a gradient") {
    hooks.add_backward(site, on<K>().zero()).may_be_idle();
    const auto scope = hooks.activate();
    CHECK(says(message_of<HookError>([&] { (void)site(x); }), "h.0: ", "does not require one",
               "run with gradients enabled"));
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    const at::NoGradGuard no_gradients;
    CHECK(says(message_of<HookError>([&] { (void)site(leaf); }), "h.0: ", "does not require one"));
}

TEST_CASE_FIXTURE(fixture, "an error of a backward hook names its site") {
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    hooks.add_backward(site, on<K>(token(7)).zero());
    const auto scope = hooks.activate();
    const at::Tensor result = site(leaf * 1).sum();
    CHECK(says(message_of<PositionError>([&] { result.backward(); }), "h.0 (gradient): K[token 7] = 0: token 7"));
    CHECK(suture::detail::innermost_scope != nullptr);
}

TEST_CASE_FIXTURE(fixture, "a backward hook at an untyped site is given a layout when it is added") {
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    hooks.add_backward<Qkv>(any, on<K>().zero());
    const auto scope = hooks.activate();
    any(leaf * 1).sum().backward();
    CHECK(leaf.grad()[1].equal(at::tensor({1.0f, 1.0f, 0.0f, 0.0f, 1.0f, 1.0f})));
}
