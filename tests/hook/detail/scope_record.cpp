// What a scope knows of its set: which hooks fired in it, here and in other threads, and whether it has ended.
#include "suture/hook/detail/scope_record.hpp"

#include "doctest.hpp"

#include <cstdint>
#include <memory>
#include <string>

using namespace suture;
using suture::detail::HookEntry;
using suture::detail::HookRegistry;
using suture::detail::ScopeLedger;

namespace {
struct fixture {
    std::shared_ptr<HookRegistry> hooks = std::make_shared<HookRegistry>();
    Site first{"first"}, second{"second"};
    std::uint64_t a = hooks->add(first, named("a")), b = hooks->add(second, named("b"));
    ScopeLedger record{hooks};

    static HookEntry named(const std::string& text) {
        HookEntry entry;
        entry.text = [text] { return text; };
        return entry;
    }
};
}  // namespace

TEST_CASE_FIXTURE(fixture, "hooks that fired nowhere are idle, in words; where they fired does not matter") {
    CHECK(record.idle() == "first (a), second (b)");
    record.note_firing(a);
    CHECK(record.idle() == "second (b)");
    record.note_firing_elsewhere(b);
    CHECK(record.idle().empty());
}

TEST_CASE_FIXTURE(fixture, "what fired in a scope that was carried elsewhere counts here, however it fired there") {
    ScopeLedger carried(hooks);
    carried.note_firing(a);
    carried.note_firing_elsewhere(b);
    record.note_firings_of(carried);
    CHECK(record.idle().empty());
}

TEST_CASE_FIXTURE(fixture, "a hook that is removed without having fired is still reported") {
    record.note_removal(a);
    hooks->remove(a);
    (void)record.newest();
    CHECK(record.idle() == "first (a), second (b)");
    record.note_firing(b);
    CHECK(record.idle() == "first (a)");
}

TEST_CASE_FIXTURE(fixture, "a hook that no pass has seen is not missed, and is found at its site at once") {
    const Site third("third");
    CHECK_FALSE(record.has_hooks_at(third.id()));
    const std::uint64_t c = hooks->add(third, named("c"));
    CHECK(record.has_hooks_at(third.id()));
    CHECK(record.idle() == "first (a), second (b)");
    (void)record.newest();
    CHECK(record.idle() == "first (a), second (b), third (c)");
    hooks->remove(c);
    CHECK_FALSE(record.has_hooks_at(third.id()));
}

TEST_CASE_FIXTURE(fixture, "a record says when its scope has ended") {
    CHECK_FALSE(record.has_ended());
    record.end();
    CHECK(record.has_ended());
}
