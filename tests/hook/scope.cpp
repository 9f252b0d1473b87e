#include "suture/hook/scope.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_set.hpp"

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "hook/stream.hpp"
#include "message.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::note;
using suture_test::says;
using suture_test::Stream;
using suture_test::StreamFixture;
using suture_test::x;

TEST_CASE_FIXTURE(StreamFixture, "hooks run while the scope lives and not before or after") {
    HookSet hooks;
    const auto key = hooks.add(site, note(log, 'a'));
    pass();
    {
        const auto scope = hooks.activate();
        pass();
        pass();
    }
    pass();
    CHECK(log == "aa");
    CHECK(key.fired() == 2);
}

TEST_CASE_FIXTURE(StreamFixture, "scopes nest: the outer set's hooks run first, and the inner ones stop first") {
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

TEST_CASE_FIXTURE(StreamFixture, "a set that is active is not activated again in the same thread") {
    HookSet hooks, others;
    hooks.add(site, note(log, 'a'));
    const auto once = hooks.activate(), other = others.activate();
    CHECK(says(message_of<HookError>([&] { (void)hooks.activate(); }), "active in this thread already"));
    pass();
    CHECK(log == "a");
}

TEST_CASE_FIXTURE(StreamFixture, "a scope that ends with a hook that never fired names it") {
    HookSet hooks;
    hooks.add(site, on<Resid>(token(0)).zero());
    CHECK(message_of<HookError>([&] { const auto scope = hooks.activate(); }) ==
          "the scope ends but these hooks never fired: resid (Resid[token 0] = 0): pass these sites (and run "
          "backward, for gradients) while the scope lives, or call may_be_idle()");
    CHECK(suture::detail::innermost_scope == nullptr);
    auto scope = hooks.activate();
    CHECK_THROWS_AS(scope.end(), HookError);
    CHECK_NOTHROW(scope.end());
    CHECK(suture::detail::innermost_scope == nullptr);
}

TEST_CASE_FIXTURE(StreamFixture, "removing a hook before the scope ends does not hide that it never fired") {
    HookSet hooks;
    const HookPoint<Stream> other{"other"};
    CHECK(says(message_of<HookError>([&] {
                   const auto scope = hooks.activate();
                   const HookKey key = hooks.add(other, on<Resid>().zero());
                   pass();
                   key.remove();
               }),
               "never fired: other (Resid = 0)"));
    hooks.add(other, on<Resid>().zero());
    CHECK(says(message_of<HookError>([&] {
                   const auto scope = hooks.activate();
                   pass();
                   hooks.clear();
               }),
               "never fired: other (Resid = 0)"));
}

TEST_CASE_FIXTURE(StreamFixture,
                  "a hook that another thread has just added is not missed by a scope that made no pass since") {
    HookSet hooks;
    auto scope = hooks.activate();
    pass();
    hooks.add(site, note(log, 'a'));
    CHECK_NOTHROW(scope.end());
}

TEST_CASE_FIXTURE(StreamFixture, "ending a scope in another thread stops its hooks and throws") {
    HookSet hooks;
    hooks.add(site, note(log, 'a'));
    std::unique_ptr<Scope> scope;
    std::string message;
    std::thread([&] {
        std::unique_ptr<Scope> mine(new Scope(hooks.activate()));
        pass();
        std::thread([&] { message = message_of<HookError>([&] { mine->end(); }); }).join();
        pass();
    }).join();
    CHECK(says(message, "another thread", "end it there"));
    CHECK(log == "a");
}

TEST_CASE_FIXTURE(StreamFixture, "a hook may not activate its own set: it would run into itself") {
    HookSet hooks;
    hooks.add(site, [&](const View<Stream>&) { (void)hooks.activate(); });
    const auto scope = hooks.activate();
    CHECK(says(message_of<HookError>([&] { pass(); }), "resid: ", "active in this thread already"));
}

TEST_CASE_FIXTURE(StreamFixture, "each scope counts for itself: a hook that fired in one is idle in the next") {
    HookSet hooks;
    hooks.add(site, note(log, 'a'));
    {
        const auto scope = hooks.activate();
        pass();
    }
    CHECK_THROWS_AS(hooks.activate().end(), HookError);
}

TEST_CASE_FIXTURE(StreamFixture, "hooks that may be idle, are disabled, have run once or were removed report nothing") {
    HookSet hooks;
    const auto idle = hooks.add(site, note(log, 'a')).may_be_idle();
    auto disabled = hooks.add(site, note(log, 'b'));
    const auto once = hooks.add(site, note(log, 'c')).once();
    disabled.disable();
    {
        const auto scope = hooks.activate();
        pass();
    }
    CHECK(log == "ac");
    CHECK_NOTHROW(hooks.activate().end());
    disabled.enable();
    CHECK_THROWS_AS(hooks.activate().end(), HookError);
    disabled.remove();
    CHECK_NOTHROW(hooks.activate().end());
}

TEST_CASE_FIXTURE(StreamFixture, "an error on its way is not replaced by the report of idle hooks") {
    HookSet hooks;
    hooks.add(site, note(log, 'a'));
    CHECK_THROWS_WITH_AS(
        [&] {
            const auto scope = hooks.activate();
            throw std::runtime_error("mine");
        }(),
        "mine", std::runtime_error);
}

TEST_CASE_FIXTURE(StreamFixture, "scopes that are held by pointers may end in any order") {
    HookSet outer, inner;
    const auto a = outer.add(site, note(log, 'a')), b = inner.add(site, note(log, 'b'));
    const std::unique_ptr<Scope> first(new Scope(outer.activate()));
    std::unique_ptr<Scope> second(new Scope(inner.activate()));
    pass();
    first->end();
    pass();
    second->end();
    pass();
    CHECK(log == "abb");
    CHECK(suture::detail::innermost_scope == nullptr);
}

TEST_CASE_FIXTURE(StreamFixture, "a pointer that gets the scope of another set runs only the new one") {
    HookSet before, after;
    const auto a = before.add(site, note(log, 'a')), b = after.add(site, note(log, 'b'));
    std::unique_ptr<Scope> scope(new Scope(before.activate()));
    pass();
    scope.reset(new Scope(after.activate()));  // the new scope begins before the old one ends
    pass();
    scope.reset();
    pass();
    CHECK(log == "ab");
    CHECK(suture::detail::innermost_scope == nullptr);
}

TEST_CASE_FIXTURE(StreamFixture, "a pointer that gets a second scope of its own set throws and keeps the first") {
    HookSet hooks;
    hooks.add(site, note(log, 'a'));
    std::unique_ptr<Scope> scope(new Scope(hooks.activate()));
    CHECK(says(message_of<HookError>([&] { scope.reset(new Scope(hooks.activate())); }),
               "active in this thread already", "end the other scope first"));
    pass();
    CHECK(log == "a");
    scope->end();
    scope.reset(new Scope(hooks.activate()));
    pass();
    CHECK(log == "aa");
}

TEST_CASE_FIXTURE(StreamFixture, "a vector of pointers to scopes may be emptied from the front, or in the middle") {
    HookSet sets[3];
    std::vector<std::unique_ptr<Scope>> scopes;
    for (int i = 0; i < 3; ++i) {
        sets[i].add(site, note(log, static_cast<char>('a' + i)));
        scopes.emplace_back(new Scope(sets[i].activate()));
    }
    pass();
    scopes.erase(scopes.begin() + 1);
    pass();
    scopes.erase(scopes.begin());
    pass();
    scopes.clear();
    pass();
    CHECK(log == "abcacc");
    CHECK(suture::detail::innermost_scope == nullptr);
}

TEST_CASE("an optional and a vector cannot replace a scope, whose end might throw where nothing may") {
    const auto emplaces = []<class Held>(Held*) {
        return requires(Held & held, HookSet & hooks) { held.emplace(hooks.activate()); };
    };
    CHECK_FALSE(emplaces(static_cast<std::optional<Scope>*>(nullptr)));
    static_assert(!std::is_assignable_v<std::optional<Scope>&, Scope>);
    static_assert(!std::is_assignable_v<Scope&, Scope>);
    static_assert(!std::is_constructible_v<Scope, Scope>);  // what the elements of a vector need
}

TEST_CASE_FIXTURE(StreamFixture, "a hook may end the scope that runs it") {
    HookSet hooks;
    std::unique_ptr<Scope> scope;
    const auto a = hooks.add(site, [&](const View<Stream>&) {
        log += 'a';
        scope->end();
    });
    const auto b = hooks.add(site, note(log, 'b')).may_be_idle();
    scope.reset(new Scope(hooks.activate()));
    pass();
    pass();
    CHECK(log == "ab");
}

TEST_CASE_FIXTURE(StreamFixture, "hooks added and removed during a scope are seen from the next pass on") {
    HookSet hooks;
    const auto scope = hooks.activate();
    pass();
    auto key = hooks.add(site, note(log, 'a'));
    pass();
    key.remove();
    pass();
    CHECK(log == "a");
}

TEST_CASE_FIXTURE(StreamFixture, "hooks added to an outer set during an inner scope are seen") {
    HookSet outer, inner;
    const auto outside = outer.activate();
    const auto inside = inner.activate();
    outer.add(site, note(log, 'a'));
    pass();
    CHECK(log == "a");
}

TEST_CASE_FIXTURE(StreamFixture, "a hook may remove itself or add another while it runs") {
    HookSet hooks;
    std::vector<HookKey> keys;
    keys.push_back(hooks.add(site, [&](const View<Stream>&) {
        log += 'a';
        auto next = hooks.add(site, note(log, 'b'));
        keys.back().remove();
        keys.push_back(std::move(next));
    }));
    const auto scope = hooks.activate();
    pass();
    CHECK(log == "a");
    pass();
    CHECK(log == "ab");
}

TEST_CASE_FIXTURE(StreamFixture, "a hook may activate another set while it runs") {
    HookSet hooks, others;
    const auto other = others.add(site, note(log, 'b'));
    hooks.add(site, [&](const View<Stream>&) {
        log += 'a';
        const auto scope = others.activate();
        pass();
    });
    const auto scope = hooks.activate();
    pass();
    pass();
    CHECK(log == "abab");
}

TEST_CASE_FIXTURE(StreamFixture, "a scope that an exception ends is no longer active") {
    HookSet hooks;
    hooks.add(site, note(log, 'a'));
    try {
        const auto scope = hooks.activate();
        throw std::runtime_error("mine");
    } catch (const std::runtime_error&) {}
    pass();
    CHECK(log.empty());
}

TEST_CASE_FIXTURE(StreamFixture, "a set may be destroyed while its scope is active") {
    auto hooks = std::make_unique<HookSet>();
    auto key = hooks->add(site, note(log, 'a'));
    const auto scope = hooks->activate();
    hooks.reset();
    pass();
    CHECK(log == "a");
    CHECK_NOTHROW(key.remove());
    pass();
    CHECK(log == "a");
}

TEST_CASE_FIXTURE(StreamFixture, "a scope of one thread is not seen in another") {
    HookSet hooks;
    hooks.add(site, note(log, 'a')).may_be_idle();  // the other thread's pass is to be a clean one
    const auto scope = hooks.activate();
    std::thread(&StreamFixture::pass, this).join();
    CHECK(log.empty());
    pass();
    CHECK(log == "a");
}

TEST_CASE_FIXTURE(StreamFixture, "scopes carried into another thread are active there, and count for their originals") {
    HookSet hooks;
    hooks.add(site, note(log, 'a'));
    auto scope = hooks.activate();
    std::thread([this, carried = CarriedScopes()] {
        {
            const auto scopes = carried.activate();
            pass();
        }
    }).join();
    CHECK(log == "a");
    CHECK_NOTHROW(scope.end());

    auto again = hooks.activate();
    std::thread([this, carried = CarriedScopes()] {
        (void)carried.activate();  // ends at once
        pass();
    }).join();
    CHECK(log == "a");
    CHECK_THROWS_WITH_AS(again.end(), doctest::Contains("resid was passed 1 time in a thread in which this scope is"),
                         HookError);
}

TEST_CASE_FIXTURE(StreamFixture, "scopes may be carried on from thread to thread, and into their own") {
    HookSet hooks;
    hooks.add(site, note(log, 'a'));
    auto scope = hooks.activate();
    const CarriedScopes first;
    { const auto here = first.activate(); }
    std::thread([&] {
        const auto there = first.activate();
        const CarriedScopes second;
        std::thread([&] {
            const auto further = second.activate();
            pass();
        }).join();
    }).join();
    CHECK(log == "a");
    CHECK_NOTHROW(scope.end());
}

TEST_CASE_FIXTURE(StreamFixture, "threads with different sets see their own hooks only") {
    std::atomic<int> wrong{0};
    const auto work = [&](int number) {
        HookSet hooks;
        const auto key = hooks.add(site, on<Resid>().multiply(number));
        const auto scope = hooks.activate();
        for (int i = 0; i < 200; ++i) wrong += site(x)[0][0].item<float>() != static_cast<float>(number);
        wrong += key.fired() != 200;
    };
    std::vector<std::thread> threads;
    for (int number = 2; number < 6; ++number) threads.emplace_back(work, number);
    for (std::thread& t : threads) t.join();
    CHECK(wrong == 0);
}

TEST_CASE_FIXTURE(StreamFixture, "one set may be active in several threads while another thread changes it") {
    HookSet hooks;
    std::atomic<bool> stop{false};
    std::atomic<int> wrong{0};
    const auto kept = hooks.add(site, on<Resid>().multiply(2));
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t)
        threads.emplace_back([&] {
            const auto scope = hooks.activate();
            do {  // once in any case: a thread that starts after the others stopped would report hooks that never fired
                const float value = site(x)[0][0].item<float>();
                wrong += value != 2 && value != 3;
            } while (!stop);
        });
    for (int i = 0; i < 300; ++i) {
        const HookKey added = hooks.add(site, on<Resid>().add(1));
        std::this_thread::yield();
        added.remove();
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
