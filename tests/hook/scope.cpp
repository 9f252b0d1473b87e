#include <suture/edit/on.hpp>
#include <suture/hook/hook_set.hpp>
#include <suture/hook/scope.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

using namespace suture;
using suture_test::message_of;

using Stream = Whole<Resid<2>>;

namespace {

const at::Tensor x = at::ones({1, 2});

/// Appends its letter to a log when the site is passed.
auto note(std::string& log, char letter) {
    return [&log, letter](const View<Stream>&) { log += letter; };
}

struct fixture {
    HookPoint<Stream> site{"resid"};
    std::string log;
    void pass() { (void)site(x); }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "hooks run while the scope lives and not before or after") {
    HookSet hooks;
    const auto handle = hooks.add(site, note(log, 'a'));
    pass();
    {
        const auto scope = hooks.activate();
        pass();
        pass();
    }
    pass();
    CHECK(log == "aa");
    CHECK(handle.fired() == 2);
}

TEST_CASE_FIXTURE(fixture, "scopes nest: the outer set's hooks run first, and the inner ones stop first") {
    HookSet outer, inner;
    const auto a = outer.add(site, note(log, 'a')), b = inner.add(site, note(log, 'b'));
    const auto outside = outer.activate();
    {
        const auto inside = inner.activate();
        pass();
    }
    pass();
    CHECK(log == "aba");
}

TEST_CASE_FIXTURE(fixture, "an inner hook sees what an outer hook made of the activation") {
    HookSet outer, inner;
    const auto a = outer.add(site, on<Resid>().add(1)), b = inner.add(site, on<Resid>().multiply(10));
    const auto outside = outer.activate();
    const auto inside = inner.activate();
    CHECK(site(x).equal(at::full({1, 2}, 20.0f)));
}

TEST_CASE_FIXTURE(fixture, "a set that is active twice runs twice") {
    HookSet hooks;
    const auto handle = hooks.add(site, note(log, 'a'));
    const auto once = hooks.activate(), twice = hooks.activate();
    pass();
    CHECK(log == "aa");
}

TEST_CASE_FIXTURE(fixture, "hooks added and removed during a scope are seen from the next pass on") {
    HookSet hooks;
    const auto scope = hooks.activate();
    pass();
    auto handle = hooks.add(site, note(log, 'a'));
    pass();
    handle.remove();
    pass();
    CHECK(log == "a");
}

TEST_CASE_FIXTURE(fixture, "hooks added to an outer set during an inner scope are seen") {
    HookSet outer, inner;
    const auto outside = outer.activate();
    const auto inside = inner.activate();
    const auto handle = outer.add(site, note(log, 'a'));
    pass();
    CHECK(log == "a");
}

TEST_CASE_FIXTURE(fixture, "a hook may remove itself or add another while it runs") {
    HookSet hooks;
    std::vector<HookHandle> handles;
    handles.push_back(hooks.add(site, [&](const View<Stream>&) {
        log += 'a';
        auto next = hooks.add(site, note(log, 'b'));
        handles.clear();
        handles.push_back(std::move(next));
    }));
    const auto scope = hooks.activate();
    pass();
    CHECK(log == "a");
    pass();
    CHECK(log == "ab");
}

TEST_CASE_FIXTURE(fixture, "a hook that runs the model itself is not called by that") {
    HookSet hooks;
    const auto handle = hooks.add(site, [&](const View<Stream>&) {
        log += 'a';
        pass();
    });
    const auto scope = hooks.activate();
    pass();
    CHECK(log == "a");
    pass();
    CHECK(log == "aa");
}

TEST_CASE_FIXTURE(fixture, "a hook may activate another set while it runs") {
    HookSet hooks, others;
    const auto other = others.add(site, note(log, 'b'));
    const auto handle = hooks.add(site, [&](const View<Stream>&) {
        log += 'a';
        const auto scope = others.activate();
        pass();
    });
    const auto scope = hooks.activate();
    pass();
    pass();
    CHECK(log == "abab");
}

TEST_CASE_FIXTURE(fixture, "a hook that throws leaves the scopes as they were") {
    HookSet outer, inner;
    const auto a = outer.add(site, note(log, 'a'));
    auto b = inner.add(site, [](const View<Stream>&) { throw std::runtime_error("mine"); });
    const auto outside = outer.activate();
    {
        const auto inside = inner.activate();
        CHECK_THROWS_WITH_AS(pass(), "mine", std::runtime_error);
        b.remove();
        pass();
    }
    pass();
    CHECK(log == "aaa");
}

TEST_CASE_FIXTURE(fixture, "a scope that ends by an exception is no longer active") {
    HookSet hooks;
    const auto handle = hooks.add(site, note(log, 'a'));
    try {
        const auto scope = hooks.activate();
        throw std::runtime_error("mine");
    } catch (const std::runtime_error&) {
    }
    pass();
    CHECK(log.empty());
}

TEST_CASE_FIXTURE(fixture, "a set may be destroyed while its scope is active") {
    auto hooks = std::make_unique<HookSet>();
    auto handle = hooks->add(site, note(log, 'a'));
    const auto scope = hooks->activate();
    hooks.reset();
    pass();
    CHECK(log == "a");
    CHECK_NOTHROW(handle.remove());
    pass();
    CHECK(log == "a");
}

TEST_CASE_FIXTURE(fixture, "a scope of one thread is not seen in another") {
    HookSet hooks;
    const auto handle = hooks.add(site, note(log, 'a'));
    const auto scope = hooks.activate();
    std::thread(&fixture::pass, this).join();
    CHECK(log.empty());
    pass();
    CHECK(log == "a");
}

TEST_CASE_FIXTURE(fixture, "threads with different sets see their own hooks only") {
    std::atomic<int> wrong{0};
    const auto work = [&](int number) {
        HookSet hooks;
        const auto handle = hooks.add(site, on<Resid>().multiply(number));
        const auto scope = hooks.activate();
        for (int i = 0; i < 200; ++i) wrong += site(x)[0][0].item<float>() != static_cast<float>(number);
        wrong += handle.fired() != 200;
    };
    std::vector<std::thread> threads;
    for (int number = 2; number < 6; ++number) threads.emplace_back(work, number);
    for (std::thread& t : threads) t.join();
    CHECK(wrong == 0);
}

TEST_CASE_FIXTURE(fixture, "one set may be active in several threads while another thread changes it") {
    HookSet hooks;
    std::atomic<bool> stop{false};
    std::atomic<int> wrong{0};
    const auto kept = hooks.add(site, on<Resid>().multiply(2));
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t)
        threads.emplace_back([&] {
            const auto scope = hooks.activate();
            while (!stop) {
                const float value = site(x)[0][0].item<float>();
                wrong += value != 2 && value != 3;
            }
        });
    for (int i = 0; i < 300; ++i) {
        const auto handle = hooks.add(site, on<Resid>().add(1));
        std::this_thread::yield();
    }
    stop = true;
    for (std::thread& t : threads) t.join();
    CHECK(wrong == 0);
    CHECK(kept.fired() > 0);
}

TEST_CASE("a scope stays in its block") {
    static_assert(!std::is_copy_constructible_v<Scope>);
    static_assert(!std::is_move_constructible_v<Scope>);
    static_assert(!std::is_move_assignable_v<Scope>);
    CHECK_FALSE(std::is_default_constructible_v<Scope>);
}

TEST_CASE_FIXTURE(fixture, "an error of a hook names the site in front") {
    HookSet hooks;
    const auto handle = hooks.add(site, on<Resid>(token(3)).zero());
    const auto scope = hooks.activate();
    CHECK(message_of<PositionError>([&] { pass(); }).find("resid: Resid[token 3] = 0: token 3 is outside") == 0);
}
