// Lent scopes: the hooks of one thread in another that works for it, until their scope ends.
#include "suture/hook/detail/lent_scopes.hpp"

#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"

#include "doctest.hpp"

#include <ATen/ops/zeros.h>

#include <optional>
#include <thread>

using namespace suture;
using suture::detail::LentScopes;

namespace {
struct fixture {
    HookPoint<AnyLayout> point{"point"};
    HookSet hooks;
    int seen = 0;
    HookHandle handle = hooks.add(point, [this](const at::Tensor&) { ++seen; }).may_be_idle();

    /// Passes the site in a thread of its own, to which scopes are lent or not.
    void pass_elsewhere(const LentScopes* lent) {
        std::thread([&] {
            std::optional<LentScopes::here> here;
            if (lent) here.emplace(*lent);
            (void)point(at::zeros({1}));
        }).join();
    }
};
}  // namespace

TEST_CASE_FIXTURE(fixture, "hooks run in a thread to which their scope is lent, and in no other") {
    const auto scope = hooks.activate();
    const LentScopes lent;
    pass_elsewhere(nullptr);
    CHECK(seen == 0);
    pass_elsewhere(&lent);
    CHECK(seen == 1);
}

TEST_CASE_FIXTURE(fixture, "once the scope has ended, what was lent of it runs nothing") {
    auto scope = hooks.activate();
    const LentScopes lent;
    scope.end();
    pass_elsewhere(&lent);
    CHECK(seen == 0);
}

TEST_CASE_FIXTURE(fixture, "a hook that fired elsewhere is not idle in the scope that was lent") {
    auto strict = hooks.add(point, [](const at::Tensor&) {});
    auto scope = hooks.activate();
    const LentScopes lent;
    pass_elsewhere(&lent);
    CHECK_NOTHROW(scope.end());
}

TEST_CASE_FIXTURE(fixture, "what is suspended is not lent, and a thread has its own scopes back afterwards") {
    const auto scope = hooks.activate();
    {
        const suture::detail::ActiveScope suspended;
        const LentScopes nothing;
        pass_elsewhere(&nothing);
        CHECK(seen == 0);
    }
    {
        const LentScopes lent;
        const suture::detail::ActiveScope suspended;
        const LentScopes::here here(lent);
        (void)point(at::zeros({1}));
        CHECK(seen == 1);
    }
    (void)point(at::zeros({1}));
    CHECK(seen == 2);
}
