// Lent scopes: the scopes of a thread in the threads that work for it. They have links of their own there, so the thread
// may end a scope meanwhile.
// Law: once a scope has ended, no visit that begins elsewhere runs its hooks.
#pragma once

#include "suture/hook/detail/active_scope.hpp"

#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace suture::detail {

/// What is active in the thread that makes this, up to the next suspension. Its records stay those of that thread: hooks
/// that run here and there must take turns.
class LentScopes {
public:
    LentScopes() {
        for (const ActiveScope* s = innermost_scope; s && !s->suspends(); s = s->outer())
            lent_.insert(lent_.begin(), {s->record(), s->watcher()});
    }

    /// Makes them this thread's scopes, in place of its own, while it lives.
    class here {
    public:
        explicit here(const LentScopes& scopes) : before_(std::exchange(innermost_scope, nullptr)) {
            for (const link& lent : scopes.lent_)
                if (!lent.record || !lent.record->has_ended()) links_.emplace_back(lent.record, lent.watcher);
        }
        ~here() { innermost_scope = before_; }
        here(const here&) = delete;
        here& operator=(const here&) = delete;

    private:
        ActiveScope* before_;
        std::deque<ActiveScope> links_;
    };

private:
    struct link {
        std::shared_ptr<ScopeLedger> record;
        site_watcher watcher;
    };
    std::vector<link> lent_;  ///< from the outermost in
};

}  // namespace suture::detail
