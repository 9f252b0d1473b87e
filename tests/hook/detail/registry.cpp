// The table of a hook set, which is immutable and replaced as a whole, and the state that a hook shares with its key.
#include "suture/hook/detail/registry.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace suture;
using suture::detail::HookEntry;
using suture::detail::HookRegistry;
using suture::detail::HookRun;
using suture::detail::HookState;
using suture::detail::HookTable;
using suture::detail::site_at;
using suture_test::message_of;

namespace {
std::vector<std::uint64_t> ids_at(const HookTable& table, const Site& site) {
    std::vector<std::uint64_t> ids;
    if (const auto at = site_at(table, site.id()); at != table.end() && at->site == site.id())
        for (const HookEntry& hook : at->hooks) ids.push_back(hook.id);
    return ids;
}
bool fires(HookState& state) {
    HookRun run(state);
    if (run.may_run()) run.is_done();
    return run.may_run();
}
}  // namespace

TEST_CASE("a table that was read stays as it was, whatever is added and removed") {
    HookRegistry hooks;
    const Site site("a");
    const std::uint64_t first = hooks.add(site, {});
    const std::shared_ptr<const HookTable> read = hooks.table();
    const std::uint64_t version = hooks.version();
    hooks.remove(first);
    const std::uint64_t second = hooks.add(site, {});
    CHECK(ids_at(*read, site) == std::vector{first});
    CHECK(ids_at(*hooks.table(), site) == std::vector{second});
    CHECK(hooks.version() == version + 2);
    CHECK(first != second);
}

TEST_CASE("hooks of a site stay in the order in which they were added, and sites find their own") {
    HookRegistry hooks;
    const Site late("late"), early("early"), none("none");
    const std::uint64_t a = hooks.add(early, {}), b = hooks.add(late, {}), c = hooks.add(early, {});
    CHECK(ids_at(*hooks.table(), early) == std::vector{a, c});
    CHECK(ids_at(*hooks.table(), late) == std::vector{b});
    CHECK(ids_at(*hooks.table(), none).empty());
    hooks.remove(b);
    CHECK(hooks.table()->size() == 1);
}

TEST_CASE("a board or a recorder has one hook at a site; if it would have two, none is added") {
    HookRegistry hooks;
    const Site one("one"), other("other");
    const int first = 0, second = 0;
    const auto of = [](const void* owner) {
        HookEntry entry;
        entry.owner = owner;
        entry.text = [] { return std::string("a recorder"); };
        return entry;
    };
    const std::uint64_t id = hooks.add(one, of(&first));
    hooks.add(one, of(&second));
    hooks.add(one, of(nullptr));
    hooks.add(one, of(nullptr));
    const std::uint64_t version = hooks.version();
    CHECK(
        message_of<HookError>([&] {
            hooks.add({{other.id(), other.name(), of(&first)}, {one.id(), one.name(), of(&first)}});
        }) ==
        "one has this board or recorder already, which would run twice there (a recorder): add it once, or remove the "
        "other key first");
    CHECK(hooks.version() == version);
    hooks.remove(id);
    CHECK_NOTHROW(hooks.add(one, of(&first)));
}

TEST_CASE("a hook that may run once fires once, however many threads run it") {
    HookState state;
    state.set_once();
    std::atomic<int> fired{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 1000; ++n) fired += fires(state);
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(fired == 1);
    CHECK_FALSE(state.can_fire());
}

TEST_CASE("a hook that is to run once runs once again if it had run before, or was used up") {
    HookState state;
    CHECK(fires(state));
    for (int i = 0; i < 2; ++i) {
        state.set_once();
        CHECK(state.can_fire());
        CHECK(fires(state));
        CHECK_FALSE(fires(state));
    }
    CHECK(state.fired.total() == 3);
}

TEST_CASE("a run counts once it is done: one that throws does not use up the hook") {
    HookState state;
    state.set_once();
    {
        const HookRun thrown(state);
        CHECK(thrown.may_run());
        CHECK_FALSE(HookRun(state).may_run());  // for example in another thread meanwhile
    }
    CHECK(state.fired.total() == 0);
    CHECK(state.can_fire());
    CHECK(fires(state));
    CHECK_FALSE(state.can_fire());
}

TEST_CASE("a hook that is disabled or removed, or has nothing to do, does not run") {
    for (const auto change : {+[](HookState& s) { s.enabled = false; }, +[](HookState& s) { s.removed = true; },
                              +[](HookState& s) { s.has_work = false; }}) {
        HookState state;
        change(state);
        CHECK_FALSE(fires(state));
        CHECK(state.fired.total() == 0);
    }
}

TEST_CASE("a hook has to fire only if it could, has work, and may not be idle") {
    const auto must_fire = [](const auto& change) {
        HookState state;
        change(state);
        return state.must_fire();
    };
    CHECK(must_fire([](HookState&) {}));
    CHECK_FALSE(must_fire([](HookState& s) { s.enabled = false; }));
    CHECK_FALSE(must_fire([](HookState& s) { s.removed = true; }));
    CHECK_FALSE(must_fire([](HookState& s) { s.has_work = false; }));
    CHECK_FALSE(must_fire([](HookState& s) { s.may_be_idle = true; }));
    CHECK_FALSE(must_fire([](HookState& s) { s.set_once(), fires(s); }));
    CHECK(must_fire([](HookState& s) { s.set_once(); }));
}

TEST_CASE("firings are counted in several threads, and none is lost") {
    suture::detail::FiringCount count;
    count.add_one();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&count] {
            for (int n = 0; n < 1000; ++n) count.add_one();
        });
    for (std::thread& t : threads) t.join();
    count.add_one();
    CHECK(count.total() == 4002);
}

TEST_CASE("the hooks of a site say in which passes and phases they run, after each change") {
    HookRegistry hooks;
    const Site site("h.0"), unnamed;
    suture::detail::HookEntry looks, gradient;
    looks.when = suture::detail::HookPhase::after_edits;
    gradient.pass = suture::detail::Pass::backward;
    hooks.add(site, looks);
    const auto id = hooks.add(site, gradient);
    hooks.add(unnamed, looks);
    const auto table = hooks.table();
    const auto& at = *suture::detail::site_at(*table, site.id());
    using suture::detail::HookPhase, suture::detail::Pass, suture::detail::SiteHooks;
    CHECK(at.phases_of(Pass::forward) == SiteHooks::bit_of(HookPhase::after_edits));
    CHECK(at.phases_of(Pass::backward) == SiteHooks::bit_of(HookPhase::edits));
    CHECK(at.has_path);
    CHECK_FALSE(suture::detail::site_at(*table, unnamed.id())->has_path);
    hooks.remove(id);
    const auto after = hooks.table();
    CHECK(suture::detail::site_at(*after, site.id())->phases_of(Pass::backward) == 0);
}
