// What a scope says when it ends and some of its hooks never fired: which ones, what is known about it, and what to do.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "suture/tensor/joined.hpp"

namespace suture::detail {

/// A hook that could have fired in a scope and did not.
struct IdleHook {
    std::uint64_t site = 0;
    std::string path, text;  ///< of the site; what the hook does
    bool is_for_gradient = false;
    bool is_passed = false;           ///< the site was passed, and the hook waits for its gradient
    bool is_passed_in_hook = false;   ///< the site was passed while another hook ran, which suspends this one
    bool is_out_of_reach = false;     ///< the site was passed, at other positions of the sequences than the hook's
    std::size_t fired_elsewhere = 0;  ///< how often it fired, in other scopes
};

/// What a ledger knows when its scope ends.
struct IdleHooks {
    std::vector<IdleHook> hooks;
    std::vector<std::string> fired_at;  ///< the paths where other hooks of the set fired in this scope
    /// The paths that were passed in threads without scopes while hooks waited there in this one, and how often.
    std::vector<std::pair<std::string, std::size_t>> passed_elsewhere;
};

/// "h.3.attn.c_attn (Q[token 4] = 0), h.3.attn.z (gradient: Z = 0)"
inline std::string idle_text(const std::vector<IdleHook>& hooks) {
    return joined(hooks, ", ", [](const IdleHook& hook) {
        return hook.path + (hook.is_for_gradient ? " (gradient: " : " (") + hook.text +
               (hook.is_out_of_reach ? ", at positions that no pass held)" : ")");
    });
}

/// Gives the identities of a model's sites, where the model that ran is known.
using SitesOfModel = std::function<std::set<std::uint64_t>()>;

/// A hint if a path ends in the name of a module of torch.nn.TransformerEncoderLayer, whose fused path passes none of them.
inline std::string fused_path_text(const IdleHooks& idle) {
    constexpr std::array<std::string_view, 7> fused{"self_attn", "linear1",  "linear2", "norm1",
                                                    "norm2",     "dropout1", "dropout2"};
    const auto is_fused = [&](const IdleHook& hook) {
        const std::string_view path = hook.path;
        const std::string_view last = path.substr(path.rfind('.') + 1);
        return std::find(fused.begin(), fused.end(), last) != fused.end();
    };
    if (std::none_of(idle.hooks.begin(), idle.hooks.end(), is_fused)) return "";
    return " (torch.nn.TransformerEncoderLayer in eval mode calls none of its modules while gradients are disabled: "
           "enable "
           "them, or call train())";
}

inline std::string why_idle(const IdleHooks& idle, const SitesOfModel& sites_of_model) {
    const auto all = [&](auto property) { return std::all_of(idle.hooks.begin(), idle.hooks.end(), property); };
    if (all([](const IdleHook& hook) { return hook.is_passed; }))
        return "their sites were passed, but no gradient arrived: run backward while the scope lives";
    if (all([](const IdleHook& hook) { return hook.is_passed_in_hook; }))
        return "their sites were passed inside another hook, which suspends them: add that one as spliced(f)";
    if (all([](const IdleHook& hook) { return hook.is_out_of_reach; }))
        return "their sites were passed, but the sequences have no such positions: name some that they have, or "
               "generate more";
    const std::string pass = "pass these sites (and run backward, for gradients) while the scope lives";
    if (sites_of_model) {
        const std::set<std::uint64_t> sites = sites_of_model();
        std::vector<std::string> strange;
        for (const IdleHook& hook : idle.hooks)
            if (!sites.contains(hook.site)) strange.push_back(hook.path);
        if (!strange.empty())
            return joined(strange, ", ") + (strange.size() == 1 ? " is not a site" : " are not sites") +
                   " of the model that ran (each clone or new module has its own): find them in that model";
        return "the model that ran has these sites and did not pass them (the wrapped module's own forward bypasses "
               "them): hook what its forward calls";
    }
    if (!idle.fired_at.empty()) {
        constexpr std::size_t most = 3;
        const std::vector<std::string> some(
            idle.fired_at.begin(),
            idle.fired_at.begin() + static_cast<std::ptrdiff_t>(std::min(most, idle.fired_at.size())));
        return "hooks at " + joined(some, ", ") + (idle.fired_at.size() > most ? ", ..." : "") +
               " fired, so the model ran, but not through these sites: " + pass;
    }
    if (all([](const IdleHook& hook) { return hook.fired_elsewhere > 0; }))
        return "they fired in another scope, but nothing of the set fired in this one: run the model in its thread, "
               "while it lives";
    return pass;
}

/// What a scope says whose work left its thread. @pre a site was passed elsewhere
inline std::string passed_elsewhere_message(const IdleHooks& idle) {
    constexpr std::size_t most = 3;
    const auto& all = idle.passed_elsewhere;
    std::string sites;
    std::size_t passes = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i < most) sites += (i ? ", " : "") + all[i].first;
        passes += all[i].second;
    }
    return sites + (all.size() > most ? ", ..." : "") + (all.size() == 1 ? " was" : " were") + " passed " +
           std::to_string(passes) + (passes == 1 ? " time" : " times") +
           " in a thread in which this scope is not active, so its hooks did not run there: activate CarriedScopes in "
           "that thread (std::async and at::parallel_for start some), or call may_be_idle() on the hooks' key if its "
           "passes are to be clean ones";
}

/// The whole message. @pre there are such hooks
inline std::string idle_message(const IdleHooks& idle, const SitesOfModel& sites_of_model) {
    return "the scope ends but these hooks never fired: " + idle_text(idle.hooks) + ": " +
           why_idle(idle, sites_of_model) + fused_path_text(idle) + ", or call may_be_idle()";
}

}  // namespace suture::detail
