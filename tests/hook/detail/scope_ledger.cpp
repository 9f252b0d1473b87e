// The ledger of a scope: which hooks fired in it, here and in other threads, and whether it has ended.
#include "suture/hook/detail/scope_ledger.hpp"

#include "doctest.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

using namespace suture;
using suture::detail::HookEntry;
using suture::detail::HookRegistry;
using suture::detail::idle_text;
using suture::detail::ScopeLedger;

namespace {
struct fixture {
    std::shared_ptr<HookRegistry> hooks = std::make_shared<HookRegistry>();
    Site first{"first"}, second{"second"};
    std::uint64_t a = hooks->add(first, named("a")), b = hooks->add(second, named("b"));
    ScopeLedger ledger{hooks};

    static HookEntry named(const std::string& text) {
        HookEntry entry;
        entry.text = [text] { return text; };
        return entry;
    }
};
}  // namespace

TEST_CASE_FIXTURE(fixture, "hooks that fired nowhere are idle, in words; where they fired does not matter") {
    CHECK(idle_text(ledger.idle().hooks) == "first (a), second (b)");
    ledger.note_firing(a);
    CHECK(idle_text(ledger.idle().hooks) == "second (b)");
    ledger.note_firing_elsewhere(b);
    CHECK(ledger.idle().hooks.empty());
}

TEST_CASE_FIXTURE(fixture, "what fired in a scope that was carried elsewhere counts here, however it fired there") {
    ScopeLedger carried(hooks);
    carried.note_firing(a);
    carried.note_firing_elsewhere(b);
    ledger.note_firings_of(carried);
    CHECK(ledger.idle().hooks.empty());
}

TEST_CASE_FIXTURE(fixture, "a hook that is removed without having fired is still reported") {
    ledger.note_removal(a);
    hooks->remove(a);
    (void)ledger.newest();
    CHECK(idle_text(ledger.idle().hooks) == "first (a), second (b)");
    ledger.note_firing(b);
    CHECK(idle_text(ledger.idle().hooks) == "first (a)");
}

TEST_CASE_FIXTURE(fixture, "a hook that no pass has seen is not missed, and is found at its site at once") {
    const Site third("third");
    CHECK_FALSE(ledger.has_hooks_at(third.id()));
    const std::uint64_t c = hooks->add(third, named("c"));
    CHECK(ledger.has_hooks_at(third.id()));
    CHECK(idle_text(ledger.idle().hooks) == "first (a), second (b)");
    (void)ledger.newest();
    CHECK(idle_text(ledger.idle().hooks) == "first (a), second (b), third (c)");
    hooks->remove(c);
    CHECK_FALSE(ledger.has_hooks_at(third.id()));
}

TEST_CASE_FIXTURE(fixture, "a ledger knows where hooks fired, and which ones wait for a gradient") {
    ledger.note_firing(a);
    ledger.note_waiting(b);
    CHECK(ledger.idle().fired_at == std::vector<std::string>{"first"});
    REQUIRE(ledger.idle().hooks.size() == 1);
    CHECK(ledger.idle().hooks[0].is_passed);
    CHECK(ledger.idle().hooks[0].site == second.id());
}

TEST_CASE_FIXTURE(fixture, "a ledger says when its scope has ended") {
    CHECK_FALSE(ledger.has_ended());
    ledger.end();
    CHECK(ledger.has_ended());
}
