#include "suture/hook/handle.hpp"

#include "hook/fixture.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

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

TEST_CASE("a handle is moved and never copied") {
    static_assert(!std::is_copy_constructible_v<HookHandle>);
    static_assert(!std::is_copy_assignable_v<HookHandle>);
    CHECK(std::is_nothrow_move_constructible_v<HookHandle>);
}
