#include "suture/hook/detail/run_hooks.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_set.hpp"

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "hook/stream.hpp"
#include "message.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace suture;
using suture::detail::WatcherLink;
using suture_test::message_of;
using suture_test::note;
using suture_test::says;
using suture_test::Stream;
using suture_test::StreamFixture;
using suture_test::x;

TEST_CASE_FIXTURE(StreamFixture, "an inner hook sees what an outer hook made of the activation") {
    HookSet outer, inner;
    outer.add(site, on<Resid>().add(1));
    inner.add(site, on<Resid>().multiply(10));
    const auto outside = outer.activate();
    const auto inside = inner.activate();
    CHECK(site(x).equal(at::full({1, 2}, 20.0f)));
}

TEST_CASE_FIXTURE(StreamFixture, "a hook that runs the model itself is not called by that") {
    HookSet hooks;
    hooks.add(site, [&](const View<Stream>&) {
        log += 'a';
        pass();
    });
    const auto scope = hooks.activate();
    pass();
    CHECK(log == "a");
    pass();
    CHECK(log == "aa");
}

TEST_CASE_FIXTURE(StreamFixture, "a hook that throws leaves the scopes as they were") {
    HookSet outer, inner;
    const auto a = outer.add(site, note(log, 'a'));
    auto b = inner.add(site, [](const View<Stream>&) { throw std::runtime_error("mine"); });
    const auto outside = outer.activate();
    {
        const auto inside = inner.activate();
        CHECK(message_of<HookError>([&] { pass(); }) == "resid: the hook threw: mine");
        b.remove();
        pass();
    }
    pass();
    CHECK(log == "aaa");
}

TEST_CASE_FIXTURE(StreamFixture, "the exception of a hook is nested in the error that names the site") {
    HookSet hooks;
    hooks.add(site, [](const View<Stream>&) { throw std::out_of_range("mine"); });
    const auto scope = hooks.activate();
    try {
        pass();
        FAIL("nothing was thrown");
    } catch (const HookError& e) {
        CHECK_THROWS_AS(std::rethrow_if_nested(e), std::out_of_range);
    }
}

TEST_CASE_FIXTURE(StreamFixture, "an error of LibTorch in a hook names the site, without a stack trace") {
    HookSet hooks;
    hooks.add(site, [](const View<Stream>& v) { return v.unsafe_tensor().matmul(at::ones({5})); });
    const auto scope = hooks.activate();
    const std::string message = message_of<HookError>([&] { pass(); });
    CHECK(says(message, "resid: LibTorch refused what the hook did: ", "size"));
    CHECK_FALSE(says(message, "frame #"));
}

TEST_CASE_FIXTURE(StreamFixture, "an exception that is not a std::exception passes unchanged, to stop a model early") {
    struct stop {};
    HookSet hooks;
    hooks.add(site, [](const View<Stream>&) { throw stop{}; });
    const auto scope = hooks.activate();
    CHECK_THROWS_AS(pass(), stop);
}

TEST_CASE_FIXTURE(StreamFixture, "a hook of the gradient that throws does not use up once()") {
    bool is_early = true;
    HookSet hooks;
    const HookKey key = hooks
                            .add_backward(site,
                                          [&](const View<Stream>&) {
                                              if (std::exchange(is_early, false)) throw std::runtime_error("too early");
                                          })
                            .once();
    const auto scope = hooks.activate();
    const at::Tensor w = at::ones({1, 2}).requires_grad_();
    CHECK_THROWS_AS(site(w).sum().backward(), HookError);
    CHECK(key.fired() == 0);
    site(w).sum().backward();
    site(w).sum().backward();
    CHECK(key.fired() == 1);
}

TEST_CASE_FIXTURE(StreamFixture, "an error of a hook names the site in front") {
    HookSet hooks;
    hooks.add(site, on<Resid>(token(3)).zero());
    const auto scope = hooks.activate();
    CHECK(message_of<PositionError>([&] { pass(); }).find("resid: Resid[token 3] = 0: token 3 is outside") == 0);
}

TEST_CASE_FIXTURE(StreamFixture, "a watcher sees the activation that leaves a site, and which hooks replaced it") {
    std::vector<std::string> edits;
    at::Tensor seen;
    HookSet hooks;
    hooks.add(site, note(log, 'a'));
    hooks.add(site, on<Resid>().multiply(3));
    const auto scope = hooks.activate();
    const WatcherLink watcher([&](const Site& at, const at::Tensor& activation, const std::vector<std::string>& by) {
        CHECK(at.id() == site.id());
        seen = activation;
        edits = by;
    });
    const at::Tensor passed = site(x);
    CHECK(seen.is_same(passed));
    CHECK(edits == std::vector<std::string>{"Resid *= 3"});
    CHECK(log == "a");
}

TEST_CASE("a site without a name has the name of the path under which its hooks were added") {
    const HookPoint<Stream> unnamed;
    Site named = unnamed.same();
    named.rename("h.0.resid");
    HookSet hooks;
    const auto key = hooks.add(SiteRef<Stream>(named), [](const View<Stream>&) { throw std::runtime_error("mine"); });
    const auto scope = hooks.activate();
    CHECK(message_of<HookError>([&] { (void)unnamed(x); }) == "h.0.resid: the hook threw: mine");
}

TEST_CASE_FIXTURE(StreamFixture,
                  "a hook that waits for a gradient lets the activation itself pass if it may not fire") {
    HookSet hooks;
    auto key = hooks.add_backward(site, note(log, 'a'));
    key.disable();
    const auto scope = hooks.activate();
    CHECK(site(x).is_same(x));
    key.enable();
    CHECK(says(message_of<HookError>([&] { pass(); }), "resid: ", "does not require one"));
    key.disable();
}

TEST_CASE_FIXTURE(StreamFixture, "a hook that waits for a gradient does not run once its set is gone") {
    std::optional<HookSet> hooks(std::in_place);
    hooks->add_backward(site, note(log, 'a')).may_be_idle();
    const at::Tensor w = at::ones({1, 2}).requires_grad_();
    at::Tensor first, second, third;
    {
        const auto scope = hooks->activate();
        first = site(w), second = site(w), third = site(w);
    }
    first.sum().backward();
    CHECK(log == "a");
    HookSet moved = *std::move(hooks);
    second.sum().backward();
    CHECK(log == "aa");
    moved = HookSet();
    third.sum().backward();
    CHECK(log == "aa");
}
