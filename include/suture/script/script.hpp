// Script: hooks for unmodified TorchScript models, traced or scripted, as they come out of Python. The sites are what
// its submodules take and give; the same recipes, callbacks, boards and recorders go there as at any other site.
//
//     Script model = script::load("gpt2.pt");
//     HookSet hooks;
//     auto handle = hooks.add(site<Qkv>(model, "h.3.attn.c_attn"), on<Q>(token(4)).zero());
//     { auto scope = hooks.activate(); at::Tensor logits = model(tokens); }
//
// It takes in LibTorch's compiler and is not a part of suture.hpp. See docs/torchscript.md.
#pragma once

#include "suture/hook/detail/scope_link.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/sites.hpp"
#include "suture/script/detail/graph.hpp"
#include "suture/script/detail/pass.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace suture {

namespace detail {}  // namespace detail

/// A TorchScript model whose submodules' inputs and outputs are sites. Copies share the model and its sites; another
/// Script of the same file or module has sites of its own. May be run in several threads at once.
class Script {
public:
    /// The module is shared and never written. What its submodules are is read when the first site is asked for, and
    /// again when one of them was replaced.
    explicit Script(torch::jit::Module module) : state_(std::make_shared<state>(std::move(module))) {}
    Script(const Script&) = default;  // and no move: there is no empty Script
    Script& operator=(const Script&) = default;

    /// Calls the model's forward, and the hooks that were scripted with it in Python. Without an active scope the
    /// forward is the module's own; with one, an instrumented copy of its code, which is made once and reads the
    /// module's parameters.
    /// @throws what a hook threw, and c10::Error or std::runtime_error as the module itself would
    template <class... Arguments>
        requires(std::constructible_from<c10::IValue, Arguments>&&...)
    c10::IValue forward(Arguments&&... arguments)
    const {
        std::vector<c10::IValue> stack;
        stack.reserve(sizeof...(arguments) + 2);
        (stack.emplace_back(std::forward<Arguments>(arguments)), ...);
        return run(std::move(stack));
    }

    /// The same with a list of arguments, and arguments by name.
    c10::IValue run(std::vector<c10::IValue> arguments, const torch::jit::Kwargs& named = {}) const {
        if (state_->has_own_hooks) [[unlikely]]
            return run_with_own_hooks(std::move(arguments), named);
        return run_forward(std::move(arguments), named);
    }

    /// @return what forward gives, which is a tensor. @throws TypeError if it is something else
    template <class... Arguments>
        requires(std::constructible_from<c10::IValue, Arguments>&&...)
    at::Tensor operator()(Arguments&&... arguments) const {
        c10::IValue result = forward(std::forward<Arguments>(arguments)...);
        if (!result.isTensor())
            throw TypeError("this model's forward gives " + result.type()->repr_str() +
                            ", no Tensor: call forward() and take the IValue apart");
        return std::move(result).toTensor();
    }

    /// Calls `visit(path, site)` for every site: a submodule's path is its output's ("" the model's own), and ".input"
    /// its first argument's; further tensors in what it takes and gives are ".input.1", ".output.1", ... A submodule
    /// under two paths is visited under the first, one that forward never calls is not visited.
    void visit_sites(const SiteVisitor& visit) const {
        const auto copy = state_->instrumented();
        std::set<std::string> of_modules;
        for (const detail::ScriptModule& module : copy->modules) of_modules.insert(module.path);
        const auto visit_all = [&](const detail::ScriptModule& module, bool input) {
            const std::vector<const Site*>& sites = input ? module.inputs : module.outputs;
            for (std::size_t i = 0; i < sites.size(); ++i) {
                const std::string path = detail::script_site_path(module.path, input, i);
                if (path != module.path && of_modules.contains(path)) continue;  // of a submodule called "input", say
                Site same = sites[i]->same();                                    // which may be renamed
                visit(path, same);
            }
        };
        for (const detail::ScriptModule& module : copy->modules) {
            visit_all(module, false);
            visit_all(module, true);
        }
    }

    /// The loaded module, to be moved to a device, say, or switched to `eval()`.
    torch::jit::Module module() const { return state_->module; }

    /// Says why nothing matches a path or pattern that is right for the submodules that there are.
    /// @throws HookError if they were frozen away, are known by another path, are never called or carry no tensor there
    void explain_no_site(const std::string& pattern) const {
        const auto copy = state_->instrumented();
        const std::string nothing = "no site matches '" + pattern + "': ", asked = module_part(pattern);
        if (copy->modules.size() == 1 && !asked.empty())
            throw HookError(nothing + "this TorchScript model has no submodules" +
                            (is_frozen() ? frozen() : ": hook '' and 'input', what it gives and takes"));
        for (const auto& [other, first] : copy->other_paths)
            if (detail::path_matches(asked, other))
                throw HookError(nothing + "'" + other + "' is the same module as '" + first + "': ask for that path");
        for (const detail::ScriptModule& module : copy->modules) {
            if (!detail::path_matches(asked, module.path)) continue;
            const std::string name = module.path.empty() ? "the model" : "'" + module.path + "'";
            if (!module.called)
                throw HookError(nothing + name + " is never called by forward, as far as the model's code tells" +
                                (is_frozen() ? frozen() : ": hook what is called, in it or around it"));
            throw HookError(
                nothing + name + " takes (" + module.takes + ") and gives " + module.gives +
                ": a site is a Tensor in these, alone or in tuples, lists, dictionaries and optionals. Hook "
                "a module before or after it");
        }
    }

private:
    /// Never copied or moved: hooks and passes point into it.
    struct state {
        explicit state(torch::jit::Module module_) : module(std::move(module_)) {}
        std::shared_ptr<const detail::ScriptCopy> instrumented() {
            const std::lock_guard lock(guard);
            if (!copy || !copy->is_current()) copy = detail::ScriptInstrumenter::instrumented(module, sites);
            return copy;
        }
        torch::jit::Module module;
        const bool has_own_hooks =
            !module.type()->getForwardPreHooks().empty() || !module.type()->getForwardHooks().empty();
        std::mutex guard;
        const std::shared_ptr<detail::ScriptSites> sites = std::make_shared<detail::ScriptSites>();
        std::shared_ptr<const detail::ScriptCopy> copy;
    };

    /// "h.0.attn" of "h.0.attn.input.1": what names the module in the path of a site.
    static std::string module_part(std::string path) {
        const auto last = [&path] { return path.substr(path.rfind('.') + 1); };
        const auto drop = [&path] { path.resize(path.find('.') == path.npos ? 0 : path.rfind('.')); };
        const std::string whole = path;
        if (last().find_first_not_of("0123456789") == std::string::npos) drop();
        if (last() != "input" && last() != "output") return whole;
        drop();
        return path;
    }

    /// torch.jit.freeze takes this attribute away, which every module from Python has.
    bool is_frozen() const { return !state_->module.hasattr("training"); }
    static std::string frozen() { return ": it was frozen or optimised for inference; save it unfrozen"; }

    /// As LibTorch and Python call a module: what hooks before forward give takes the arguments' place, and what those
    /// behind it give takes the result's.
    c10::IValue run_with_own_hooks(std::vector<c10::IValue> arguments, const torch::jit::Kwargs& named) const {
        const torch::jit::Module& module = state_->module;
        for (torch::jit::Function* hook : module.type()->getForwardPreHooks()) {
            const c10::IValue given =
                torch::jit::Method(module._ivalue(), hook)({c10::ivalue::Tuple::create(arguments)});
            if (given.isTuple())
                arguments = given.toTupleRef().elements().vec();
            else if (!given.isNone())
                arguments = {given};
        }
        c10::IValue result = run_forward(arguments, named);
        for (torch::jit::Function* hook : module.type()->getForwardHooks()) {
            c10::IValue given =
                torch::jit::Method(module._ivalue(), hook)({c10::ivalue::Tuple::create(arguments), result});
            if (!given.isNone()) result = std::move(given);
        }
        return result;
    }

    c10::IValue run_forward(std::vector<c10::IValue> arguments, const torch::jit::Kwargs& named) const {
        if (detail::innermost_scope == nullptr) [[likely]]
            return state_->module.forward(std::move(arguments), named);
        if (!detail::innermost_scope->suspends()) return run_copy(std::move(arguments), named);
        return result_of(state_->module.get_method("forward").run_async(std::move(arguments), named, at_once));
    }

    /// In a hook, what a model forks runs at once and in its thread: those of LibTorch's pool may wait for the hook.
    static void at_once(std::function<void()> forked) { forked(); }
    static c10::IValue result_of(const detail::script_future& future) {
        future->waitAndThrow();
        return future->value();
    }

    c10::IValue run_copy(std::vector<c10::IValue> arguments, const torch::jit::Kwargs& named) const {
        const auto copy = state_->instrumented();
        std::vector<c10::IValue>& stack = arguments;
        stack.insert(stack.begin(), state_->module._ivalue());
        state_->module.get_method("forward").function().getSchema().checkAndNormalizeInputs(stack, named);
        const auto pass = c10::make_intrusive<detail::ScriptPass>(copy);
        stack.push_back(c10::IValue::make_capsule(pass));
        try {
            if (detail::script_call < 0)
                copy->forward->run(stack);
            else
                stack = {result_of(copy->forward->runAsync(stack, at_once))};
        } catch (...) {
            pass->finish();  // rather what a hook threw than what the interpreter made of it
            throw;
        }
        pass->finish();
        return std::move(stack.front());
    }

    std::shared_ptr<state> state_;
};

namespace script {

/// Loads a model that `torch.jit.save` wrote, onto a device if one is named.
/// @throws FileError, with the path, if there is no such file or it is no TorchScript model
inline Script load(const std::filesystem::path& path, c10::optional<at::Device> device = {}) {
    if (!std::filesystem::is_regular_file(path))
        throw FileError(path.string() + ": there is no such file: give the path of what torch.jit.save wrote");
    const std::string refused = ": LibTorch can not load this as a TorchScript model: ";
    try {
        return Script(torch::jit::load(path.string(), device));
    } catch (const c10::Error& e) {
        throw FileError(path.string() + refused + e.what_without_backtrace());
    } catch (const std::exception& e) {
        throw FileError(path.string() + refused + e.what());
    }
}

/// In a hook at a site of a Script: which call of its submodule it runs for, counted from 0 in each pass as calls begin;
/// what a call takes and what it gives have one number. A submodule that is called several times, in a loop or from
/// several places, has the same site in each call.
/// @throws HookError outside of such a hook, and in one that waits for the gradient
inline std::int64_t call_number() {
    if (detail::script_call < 0)
        throw HookError(
            "call_number() is asked outside of a hook in a Script's forward pass: ask it in a callback "
            "there");
    return detail::script_call;
}

}  // namespace script

namespace detail {
template <class L, class Wanted>
std::vector<SiteRef<L>> script_sites_where(const Script& model, const std::string& asked, const Wanted& wanted) {
    std::vector<SiteRef<L>> found;
    std::vector<std::string> paths;
    model.visit_sites([&](const std::string& path, const Site& site) {
        paths.push_back(path);
        if (wanted(path)) found.emplace_back(site);
    });
    if (!found.empty()) return found;
    model.explain_no_site(asked);
    throw_no_site(asked, paths);
}
}  // namespace detail

/// As for other models, and they say why a submodule has no site. @see Script::explain_no_site
template <class L = AnyLayout, class Model>
    requires std::same_as<std::remove_cvref_t<Model>, Script> std::vector<SiteRef<L>> sites(
        Model&& model, const std::string& pattern) {
        return detail::script_sites_where<L>(
            model, pattern, [&](const std::string& path) { return detail::path_matches(pattern, path); });
    }
template <class L = AnyLayout, class Model>
    requires std::same_as<std::remove_cvref_t<Model>, Script> SiteRef<L> site(Model&& model, const std::string& path) {
        return detail::script_sites_where<L>(model, path, [&](const std::string& at) { return at == path; }).front();
    }

}  // namespace suture
