// The instrumented copy of a TorchScript model, its submodules and their sites.
#pragma once

#include "suture/hook/detail/scope_link.hpp"
#include "suture/hook/site.hpp"
#include "suture/hook/sites.hpp"
#include "suture/script/detail/value.hpp"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace suture::detail {

using ScriptObject = c10::intrusive_ptr<c10::ivalue::Object>;

/// The path of a module's i-th site of a kind: "h.0.attn", "h.0.attn.output.1", "h.0.attn.input", "h.0.attn.input.1".
inline std::string script_site_path(const std::string& module, bool input, std::size_t i) {
    if (i == 0) return input ? joined_path(module, "input") : module;
    return joined_path(module, (input ? "input." : "output.") + std::to_string(i));
}

/// The sites of a Script. They outlive its copies: the hooks at a submodule stay when another one takes its place.
class ScriptSites {
public:
    const Site& at(const std::string& module, bool input, std::size_t i) {
        const std::string path = script_site_path(module, input, i);
        return sites_.try_emplace({module, input, i}, path.empty() ? "the model's output" : path).first->second;
    }
    /// Tells the scopes of other threads that this one, which has none, passes all sites.
    void note_passes() const {
        for (const auto& [place, site] : sites_) ScopesOfAllThreads::note_pass(site);
    }

private:
    std::map<std::tuple<std::string, bool, std::size_t>, Site> sites_;  // a map: operators point at its elements
};

/// A submodule, under the first of its paths, and its sites.
struct ScriptModule {
    ScriptObject object;
    std::string path;
    bool called = false;                       ///< by forward, as far as its code shows
    std::string takes, gives;                  ///< describe the types of its first call
    std::vector<const Site*> inputs, outputs;  ///< of the tensors in its arguments and in its result
};

/// An attribute that held a module when the copy was made.
struct ScriptAttribute {
    ScriptObject owner;
    std::size_t slot;
    ScriptObject held;
};

/// Immutable once it is complete, so several threads may read it. Code of it that runs in LibTorch's own threads keeps it
/// alive.
struct ScriptCopy {
    std::vector<ScriptModule> modules;  ///< the model itself, then its submodules in the order of registration
    std::unordered_map<const c10::ivalue::Object*, std::size_t> index;  ///< into the modules
    std::map<std::string, std::string> other_paths;  ///< of modules with several paths: other path -> first one
    std::vector<ScriptValue> ports;                  ///< one for each operator at a site
    std::vector<ScriptAttribute> followed;           ///< lead to the modules whose code was inlined
    std::shared_ptr<ScriptSites> sites;
    std::unique_ptr<torch::jit::GraphFunction> forward;  ///< (self, arguments..., context) -> result

    /// Whether the modules whose code was inlined are still in their places.
    bool is_current() const {
        return std::all_of(followed.begin(), followed.end(), [](const ScriptAttribute& at) {
            const c10::IValue& now = at.owner->getSlot(at.slot);
            return now.isObject() && &now.toObjectRef() == at.held.get();
        });
    }
};

}  // namespace suture::detail
