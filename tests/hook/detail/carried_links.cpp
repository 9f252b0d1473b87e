// Carried links: the scopes of one thread in another that works for it.
#include "suture/hook/detail/carried_links.hpp"

#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/zeros.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace suture;
using suture::detail::ActiveLinks;
using suture::detail::CarriedLinks;
using suture::detail::InParallel;
using suture::detail::InTurns;
using suture::detail::Suspension;
using suture::detail::WatcherLink;
using suture_test::message_of;

namespace {
struct fixture {
    HookPoint<AnyLayout> point{"point"};
    HookSet hooks;
    int seen = 0;
    HookKey key = hooks.add(point, [this](const at::Tensor&) { ++seen; }).may_be_idle();

    /// Passes the site in a thread of its own, to which scopes are carried or not.
    void pass_elsewhere(const CarriedLinks* carried) {
        std::thread([&] {
            std::optional<ActiveLinks<InTurns>> here;
            if (carried) here.emplace(*carried);
            (void)point(at::zeros({1}));
        }).join();
    }
};
}  // namespace

TEST_CASE_FIXTURE(fixture, "hooks run in a thread to which their scope is carried, and in no other") {
    const auto scope = hooks.activate();
    const CarriedLinks carried;
    pass_elsewhere(nullptr);
    CHECK(seen == 0);
    pass_elsewhere(&carried);
    CHECK(seen == 1);
}

TEST_CASE_FIXTURE(fixture, "once the scope has ended, threads that borrowed it run none of its hooks") {
    auto scope = hooks.activate();
    const CarriedLinks carried;
    scope.end();
    pass_elsewhere(&carried);
    CHECK(seen == 0);
}

TEST_CASE_FIXTURE(fixture, "a hook that fired in a borrowed scope is not idle in the original") {
    auto strict = hooks.add(point, [](const at::Tensor&) {});
    auto scope = hooks.activate();
    const CarriedLinks carried;
    pass_elsewhere(&carried);
    CHECK_NOTHROW(scope.end());
}

TEST_CASE_FIXTURE(fixture, "suspended scopes are not carried, and a thread has its own scopes back afterwards") {
    const auto scope = hooks.activate();
    {
        const Suspension suspended;
        const CarriedLinks nothing;
        pass_elsewhere(&nothing);
        CHECK(seen == 0);
    }
    {
        const CarriedLinks carried;
        const Suspension suspended;
        const ActiveLinks<InTurns> here(carried);
        (void)point(at::zeros({1}));
        CHECK(seen == 1);
    }
    (void)point(at::zeros({1}));
    CHECK(seen == 2);
}

TEST_CASE_FIXTURE(fixture, "a scope that ends while it is borrowed runs no more hooks there") {
    auto scope = hooks.activate();
    const CarriedLinks carried;
    std::thread([&] {
        const ActiveLinks<InTurns> here(carried);
        (void)point(at::zeros({1}));
        CHECK_THROWS_AS(scope.end(), HookError);  // not its own thread, but it ends
        (void)point(at::zeros({1}));
    }).join();
    CHECK(seen == 1);
}

TEST_CASE_FIXTURE(fixture, "threads that run in parallel keep the scopes of their own and do not watch for others") {
    int watched = 0;
    const WatcherLink watcher([&](const Site&, const at::Tensor&, const std::vector<std::string>&) { ++watched; });
    const auto scope = hooks.activate();
    const CarriedLinks carried;
    std::thread([&] {
        HookSet own;
        own.add(point, [&](const at::Tensor&) { seen += 10; });
        const auto own_scope = own.activate();
        const ActiveLinks<InParallel> here(carried);
        (void)point(at::zeros({1}));
    }).join();
    CHECK(seen == 11);
    CHECK(watched == 0);
}

TEST_CASE_FIXTURE(fixture, "threads that take turns watch for each other, in place of the scopes of their own") {
    int watched = 0;
    const WatcherLink watcher([&](const Site&, const at::Tensor&, const std::vector<std::string>&) { ++watched; });
    const auto scope = hooks.activate();
    const CarriedLinks carried;
    std::thread([&] {
        HookSet own;
        own.add(point, [&](const at::Tensor&) { seen += 10; });
        const auto own_scope = own.activate();
        {
            const ActiveLinks<InTurns> here(carried);
            (void)point(at::zeros({1}));
        }
        CHECK(seen == 1);
        (void)point(at::zeros({1}));
    }).join();
    CHECK(seen == 11);
    CHECK(watched == 1);
}

TEST_CASE_FIXTURE(fixture, "threads that run in parallel may not outlive the scopes that were carried into them") {
    const auto in_thread = [](const auto& f) { std::thread(f).join(); };
    auto scope = hooks.activate();
    const CarriedLinks carried;
    const std::string sentence =
        "the scope that was carried into this thread has ended in its own: end the carried scopes, or join the thread, "
        "before the original scope ends";
    in_thread([&] {
        const ActiveLinks<InParallel> here(carried);
        const CarriedLinks further;
        (void)point(at::zeros({1}));
        CHECK_THROWS_AS(scope.end(), HookError);  // not its own thread, but it ends
        CHECK(message_of<HookError>([&] { (void)point(at::zeros({1})); }) == sentence);
        CHECK(message_of<HookError>([&] { const ActiveLinks<InParallel> again(carried); }) == sentence);
        in_thread(
            [&] { CHECK(message_of<HookError>([&] { const ActiveLinks<InParallel> again(further); }) == sentence); });
    });
    in_thread([&] {
        CHECK(message_of<HookError>([&] { const ActiveLinks<InParallel> late(carried); }) == sentence);
        (void)point(at::zeros({1}));
    });
    CHECK(seen == 1);
}
