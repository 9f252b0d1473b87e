// The five kinds of links, and the chain that they form.
#include "suture/hook/detail/scope_link.hpp"

#include "suture/hook/detail/registry.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace suture;
using namespace suture::detail;
using suture_test::message_of;
using suture_test::says;

namespace {

struct fixture {
    Site site{"site"}, other{"other"};
    std::shared_ptr<HookRegistry> hooks = std::make_shared<HookRegistry>();
    std::uint64_t hook = hooks->add(site, {});
    std::shared_ptr<ScopeLedger> ledger = std::make_shared<ScopeLedger>(hooks);

    /// What the chain of this thread has at a site.
    static FoundAtSite at(const Site& site) {
        FoundAtSite found;
        for (const ScopeLink* link = innermost_scope; link && link->look(site, found);) link = link->outer();
        return found;
    }
    static SiteWatcher counting(int& n) {
        return [&n](const Site&, const at::Tensor&, const std::vector<std::string>&) { ++n; };
    }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "the link of a set finds its hooks at their site and nothing elsewhere") {
    const SetLink link(ledger);
    const FoundAtSite found = at(site);
    REQUIRE(found.sets.size() == 1);
    CHECK(found.sets[0].ledger == ledger.get());
    CHECK(found.sets[0].at->hooks[0].id == hook);
    CHECK_FALSE(found.watcher);
    CHECK(at(other).is_empty());
    CHECK(is_hooked(site));
    CHECK_FALSE(is_hooked(other));
    CHECK(has_active_scopes());
}

TEST_CASE_FIXTURE(fixture, "a suspension hides the links further out, and no link further in") {
    const SetLink outer(ledger);
    {
        const Suspension suspended;
        CHECK(at(site).is_empty());
        CHECK_FALSE(is_hooked(site));
        CHECK_FALSE(has_active_scopes());
        const auto inner_hooks = std::make_shared<HookRegistry>();
        inner_hooks->add(site, {});
        const SetLink inner(std::make_shared<ScopeLedger>(inner_hooks));
        CHECK(at(site).sets.size() == 1);
        CHECK(has_active_scopes());
    }
    CHECK(at(site).sets.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "of nested watchers only the innermost is called, and it watches every site") {
    int outside = 0, inside = 0;
    const WatcherLink outer(counting(outside));
    const WatcherLink inner(counting(inside));
    (*at(other).watcher)(other, {}, {});
    CHECK(outside == 0);
    CHECK(inside == 1);
    CHECK(is_hooked(other));
}

TEST_CASE_FIXTURE(fixture, "hooks run from the outermost set in, each phase by itself") {
    const auto inner_hooks = std::make_shared<HookRegistry>();
    const auto entry = [](HookPhase when) {
        HookEntry hook;
        hook.when = when;
        return hook;
    };
    const std::uint64_t late = hooks->add(site, entry(HookPhase::after_edits));
    const std::uint64_t first = inner_hooks->add(site, entry(HookPhase::edits));
    HookEntry of_gradient = entry(HookPhase::edits);
    of_gradient.pass = Pass::backward;
    const std::uint64_t gradient = inner_hooks->add(site, of_gradient);
    const SetLink outer(ledger);
    const auto inner_ledger = std::make_shared<ScopeLedger>(inner_hooks);
    const SetLink inner(inner_ledger);
    const FoundAtSite found = at(site);
    std::vector<std::pair<const ScopeLedger*, std::uint64_t>> order;
    found.for_each_hook(Pass::forward, [&](const auto& in, const HookEntry& h) { order.emplace_back(&in, h.id); });
    CHECK(order == std::vector<std::pair<const ScopeLedger*, std::uint64_t>>{
                       {ledger.get(), hook}, {inner_ledger.get(), first}, {ledger.get(), late}});
    order.clear();
    found.for_each_hook(Pass::backward, [&](const auto& in, const HookEntry& h) { order.emplace_back(&in, h.id); });
    CHECK(order == std::vector<std::pair<const ScopeLedger*, std::uint64_t>>{{inner_ledger.get(), gradient}});
}

TEST_CASE_FIXTURE(fixture, "a set is active in a thread once, also where the other link is suspended") {
    const SetLink link(ledger);
    const Suspension suspended;
    CHECK(is_active(innermost_scope, hooks.get()));
    CHECK(says(message_of<HookError>([&] { const SetLink again(std::make_shared<ScopeLedger>(hooks)); }),
               "active in this thread already"));
    CHECK(innermost_scope == &suspended);
}

TEST_CASE_FIXTURE(fixture, "the link of a scope ends its ledger, and a borrowed one does not") {
    { const BorrowedSetLink link(ledger); }
    CHECK_FALSE(ledger->has_ended());
    { const SetLink link(ledger); }
    CHECK(ledger->has_ended());
    const BorrowedSetLink late(ledger);
    CHECK(at(site).is_empty());
    CHECK_FALSE(is_hooked(site));
}

TEST_CASE_FIXTURE(fixture, "a carried link counts for itself, and hands over what fired when it ends") {
    {
        const CarriedSetLink link(ledger);
        const FoundAtSite found = at(site);
        REQUIRE(found.sets.size() == 1);
        CHECK(found.sets[0].ledger != ledger.get());
        found.sets[0].ledger->note_firing(hook);
    }
    CHECK(ledger->idle().hooks.empty());
    CHECK_FALSE(ledger->has_ended());
}

TEST_CASE_FIXTURE(fixture, "a link knows its thread; one that another thread abandons is deleted by its own") {
    auto link = std::make_unique<SetLink>(ledger);
    CHECK(link->is_at_home());
    std::thread([&] {
        CHECK_FALSE(link->is_at_home());
        link.release()->abandon();
    }).join();
    CHECK(innermost_scope != nullptr);
    const FoundAtSite found = at(site);
    CHECK(found.is_empty());
    CHECK(found.has_ended_links);
    ScopeLink::sweep();
    CHECK(innermost_scope == nullptr);
}

TEST_CASE_FIXTURE(fixture, "links may end in any order") {
    std::optional<Suspension> first(std::in_place);
    const SetLink second(ledger);
    first.reset();
    CHECK(innermost_scope == &second);
    CHECK(second.outer() == nullptr);
}

TEST_CASE_FIXTURE(fixture, "each scope of the thread learns that a hook of its set is about to be removed") {
    const SetLink link(ledger);
    const Suspension suspended;
    hooks->add(other, {});
    HookEntry described;
    described.text = [] { return std::string("an edit"); };
    const std::uint64_t removed = hooks->add(other, described);
    (void)ledger->newest();
    note_removal(hooks.get(), removed);
    hooks->remove(removed);
    ledger->note_firing(hook);
    ledger->note_firing(hook + 1);
    (void)ledger->newest();
    CHECK(suture::detail::idle_text(ledger->idle().hooks) == "other (an edit)");
}

TEST_CASE_FIXTURE(fixture, "while hooks run, what they end stays; nothing else owns the ledger for them") {
    auto link = std::make_unique<SetLink>(ledger);
    FoundAtSite found = at(site);
    REQUIRE(found.sets.size() == 1);
    std::weak_ptr<ScopeLedger> alive = ledger;
    const long owners = ledger.use_count();
    {
        const Pinned pinned(found);
        CHECK(ledger.use_count() == owners);
        link.reset();
        ledger.reset();
        CHECK_FALSE(alive.expired());
        CHECK(found.sets[0].at->hooks.size() == 1);
    }
    found.sets.clear();
    CHECK(alive.expired());
}

TEST_CASE_FIXTURE(fixture, "what is pinned twice is kept for both") {
    auto link = std::make_unique<SetLink>(ledger);
    FoundAtSite outer = at(site), inner = at(site);
    std::weak_ptr<ScopeLedger> alive = ledger;
    ledger.reset();
    {
        const Pinned pinned(outer);
        {
            const Pinned again(inner);
            link.reset();
        }
        inner.sets.clear();
        CHECK_FALSE(alive.expired());
        CHECK(outer.sets[0].at->hooks.size() == 1);
    }
    outer.sets.clear();
    CHECK(alive.expired());
}
