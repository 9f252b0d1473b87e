#include "suture/hook/key.hpp"

#include "hook/fixture.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <sstream>
#include <thread>
#include <type_traits>
#include <utility>

TEST_CASE_FIXTURE(fixture, "a dropped key keeps its hook") {
    { const HookKey key = hooks.add(site, on<Q>().zero()); }
    const auto scope = hooks.activate();
    CHECK_FALSE(site(x).is_same(x));
}

TEST_CASE_FIXTURE(fixture, "a hook whose key nobody kept stays, a removed one goes, and can be removed twice") {
    const auto scope = hooks.activate();
    hooks.add(site, on<Q>().zero());
    CHECK_FALSE(site(x).is_same(x));
    const HookKey key = hooks.add(site, on<K>().zero());
    key.remove();
    key.remove();
    CHECK(site(x)[0][3].item<float>() == 3);
    CHECK(key.fired() == 0);
}

TEST_CASE_FIXTURE(fixture, "a key can be moved, copied and assigned without changing its hook") {
    const auto scope = hooks.activate();
    HookKey first = hooks.add(site, on<Q>().zero());
    HookKey second = std::move(first);
    CHECK(site(x)[1][0].item<float>() == 0);
    first.remove();  // it was moved from, and is the key of nothing
    CHECK(site(x)[1][0].item<float>() == 0);
    CHECK(second.fired() == 2);
    CHECK(first.fired() == 0);
    const HookKey copy = second;
    second = hooks.add(site, on<K>().zero());
    CHECK(site(x)[1][0].item<float>() == 0);
    CHECK(site(x)[1][2].item<float>() == 0);
    copy.remove();
    CHECK(site(x)[1][0].item<float>() == 6);
    CHECK(site(x)[1][2].item<float>() == 0);
}

TEST_CASE_FIXTURE(fixture, "copies of a key mean the same hook") {
    const HookKey key = hooks.add(site, on<Q>().zero()), copy = key;
    hooks.add(site, [](const View<Qkv>&) {});
    const auto scope = hooks.activate();
    copy.disable();
    CHECK(site(x).is_same(x));
    key.enable();
    CHECK_FALSE(site(x).is_same(x));
    CHECK(copy.fired() == 1);
    copy.remove();
    key.remove();
    key.enable();
    CHECK(site(x).is_same(x));
}

TEST_CASE("a key may outlive its set") {
    const HookPoint<Qkv> site{"h.0"};
    std::optional<HookKey> key;
    {
        HookSet hooks;
        key = hooks.add(site, on<Q>().zero());
    }
    CHECK_NOTHROW(key->remove());
    CHECK_NOTHROW(key.reset());
}

TEST_CASE_FIXTURE(fixture, "fired counts the passes, without those that threw") {
    const HookKey key = hooks.add(site, on<Q>(token(1)).zero());
    CHECK(key.fired() == 0);
    const auto scope = hooks.activate();
    CHECK_THROWS_AS((void)site(x.narrow(0, 0, 1)), PositionError);
    CHECK_THROWS_AS((void)site(x.narrow(0, 0, 1)), PositionError);
    CHECK(key.fired() == 0);
    (void)site(x);
    CHECK(key.fired() == 1);
}

TEST_CASE_FIXTURE(fixture, "a hook keeps what it captured until it is removed, and no longer") {
    const auto captured = std::make_shared<int>(1);
    const HookKey key = hooks.add(site, [captured](const View<Qkv>&) {});
    CHECK(captured.use_count() == 2);
    key.remove();
    CHECK(captured.use_count() == 1);
}

TEST_CASE("a hook may hold the key of another hook of its set, and takes it along when it is removed") {
    struct state {
        HookPoint<Qkv> site{"h.0"};
        HookSet hooks;
        std::optional<HookKey> holder;
        std::promise<void> removed;
    };
    const auto s = std::make_shared<state>();
    // It removes the other hook when it dies, which is while the set takes the holder out.
    const auto remove = [](const HookKey* key) { key->remove(), delete key; };
    std::shared_ptr<const HookKey> held(new HookKey(s->hooks.add(s->site, on<Q>().zero())), remove);
    s->holder = s->hooks.add(s->site, [held](const View<Qkv>&) {});
    held.reset();
    s->hooks.add(s->site, [](const View<Qkv>&) {});
    // In a thread of its own, so that a deadlock is a failure and not a test run without an end.
    std::thread([s] {
        s->holder->remove();
        s->removed.set_value();
    }).detach();
    REQUIRE(s->removed.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
    const auto scope = s->hooks.activate();
    CHECK(s->site(x).is_same(x));
}

TEST_CASE_FIXTURE(fixture, "a hook that runs once runs once") {
    const HookKey key = hooks.add(site, on<Q>().zero()).once();
    const auto scope = hooks.activate();
    CHECK_FALSE(site(x).is_same(x));
    CHECK(site(x).is_same(x));
    CHECK(key.fired() == 1);
}

TEST_CASE_FIXTURE(fixture, "once() lets a hook run once more, however often it ran before") {
    const HookKey key = hooks.add(site, on<Q>().zero());
    {
        const auto scope = hooks.activate();
        (void)site(x);
    }
    for (int i = 0; i < 2; ++i) {
        key.once();
        const auto scope = hooks.activate();
        CHECK_FALSE(site(x).is_same(x));
        CHECK(site(x).is_same(x));
    }
}

TEST_CASE_FIXTURE(fixture, "a run that throws does not use up once()") {
    hooks.add(site, on<Q>(token(1)).zero()).once();
    const auto scope = hooks.activate();
    CHECK_THROWS_AS((void)site(x.narrow(0, 0, 1)), PositionError);
    CHECK_FALSE(site(x).is_same(x));
    CHECK(site(x).is_same(x));
}

TEST_CASE_FIXTURE(fixture, "a hook that removes itself, or ends its scope, has fired") {
    std::optional<HookKey> key;
    std::optional<Scope*> ending;
    key = hooks.add(site, [&](const View<Qkv>&) { key->remove(); });
    hooks.add(site, [&](const View<Qkv>&) {
        if (ending) CHECK_NOTHROW((*ending)->end());
    });
    auto scope = hooks.activate();
    ending = &scope;
    (void)site(x);
    CHECK(hooks.fired() == 1);
}

TEST_CASE_FIXTURE(fixture, "a disabled hook stays in its place until it is enabled") {
    const HookKey first = hooks.add(site, on<Q>().set(1));
    hooks.add(site, on<Q>().multiply(5));
    const auto scope = hooks.activate();
    first.disable();
    CHECK(site(x)[0][1].item<float>() == 5);
    first.enable();
    CHECK(site(x)[0][1].item<float>() == 5);
    CHECK(site(x)[0][0].item<float>() == 5);
    CHECK(first.fired() == 2);
}

TEST_CASE("a key is a value, and there is none without a hook") {
    static_assert(std::is_copy_constructible_v<HookKey>);
    static_assert(std::is_copy_assignable_v<HookKey>);
    static_assert(!std::is_default_constructible_v<HookKey>);
    CHECK(std::is_nothrow_move_constructible_v<HookKey>);
}

TEST_CASE_FIXTURE(fixture, "a key prints its hooks and how often they fired") {
    const HookKey key = hooks.add(site, on<Q>().zero());
    const auto text = [&key] {
        std::ostringstream out;
        out << key;
        return out.str();
    };
    CHECK(text() == "a key of 1 hook, which fired 0 times");
    const auto scope = hooks.activate();
    (void)site(x);
    CHECK(text() == "a key of 1 hook, which fired 1 time");
}

TEST_CASE_FIXTURE(fixture, "keys are equal if they are of the same hooks") {
    const HookKey key = hooks.add(site, on<Q>().zero()), other = hooks.add(site, on<Q>().zero());
    const HookKey copy = key;
    CHECK(key == copy);
    CHECK(key != other);
}
