// Script: hooks for unmodified TorchScript models, traced or scripted in Python. The arguments and results of the
// submodules are sites; the same recipes, callbacks, boards and recorders can be added there as at any other site.
//
//     Script model = script::load("gpt2.pt");
//     HookSet hooks;
//     hooks.add(site<Qkv>(model, "h.3.attn.c_attn"), on<Q>(token(4)).zero());
//     { auto scope = hooks.activate(); at::Tensor logits = model(tokens); }
//
// It includes LibTorch's compiler, so suture.hpp does not include it. See docs/torchscript.md.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/hook/detail/scope_link.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/sites.hpp"
#include "suture/script/detail/graph.hpp"
#include "suture/script/detail/no_site.hpp"
#include "suture/script/detail/not_a_script.hpp"
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
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
struct ScriptSearch;
}  // namespace detail

/// A TorchScript model whose submodules' inputs and outputs are sites. Copies share the model and its sites; another
/// Script of the same file or module has sites of its own. Several threads may run it at once.
class Script {
public:
    /// The module is shared and never written. The submodules are read lazily, on first use, and re-read if one of them
    /// is replaced.
    explicit Script(const torch::jit::Module& module) : state_(std::make_shared<State>(module)) {}
    Script(const Script&) = default;  // and no move: there is no empty Script
    Script& operator=(const Script&) = default;

    /// Calls the model's forward, and the hooks that were scripted with it in Python. Without an active scope the module's
    /// own forward runs; with one, an instrumented copy of its code, which is made once and reads the module's parameters.
    /// @throws the exception of a hook, and c10::Error or std::runtime_error as the module itself would
    template <class... Arguments>
        requires(std::constructible_from<c10::IValue, Arguments>&&...)
    c10::IValue forward(Arguments&&... arguments)
    const {
        std::vector<c10::IValue> stack;
        stack.reserve(sizeof...(arguments) + 2);
        (stack.emplace_back(std::forward<Arguments>(arguments)), ...);
        return run(std::move(stack));
    }

    /// The same with a list of arguments, and with named arguments.
    c10::IValue run(std::vector<c10::IValue> arguments, const torch::jit::Kwargs& named = {}) const {
        if (state_->has_own_hooks) [[unlikely]]
            return run_with_own_hooks(std::move(arguments), named);
        return run_forward(std::move(arguments), named);
    }

    /// @return the result of forward, a tensor. @throws TypeError if it is not one
    template <class... Arguments>
        requires(std::constructible_from<c10::IValue, Arguments>&&...)
    at::Tensor operator()(Arguments&&... arguments) const {
        c10::IValue result = forward(std::forward<Arguments>(arguments)...);
        if (!result.isTensor())
            throw TypeError("this model's forward returns " + result.type()->repr_str() +
                            ", not a Tensor: call forward() and unpack the IValue");
        return std::move(result).toTensor();
    }

    /// Calls `visit(path, site)` for every site. The path of a submodule is the site of its output ("" for the model), and
    /// ".input" that of its first argument; further tensors in its arguments and result are ".input.1", ".output.1", ...
    /// A submodule with two paths is visited under the first; one that forward never calls is not visited.
    void visit_sites(const SiteVisitor& visit) const {
        const auto copy = state_->instrumented();
        std::set<std::string> of_modules;
        for (const detail::ScriptModule& module : copy->modules) of_modules.insert(module.path);
        const auto visit_all = [&](const detail::ScriptModule& module, bool input) {
            const std::vector<const Site*>& sites = input ? module.inputs : module.outputs;
            for (std::size_t i = 0; i < sites.size(); ++i) {
                const std::string path = detail::script_site_path(module.path, input, i);
                if (path != module.path && of_modules.contains(path)) continue;  // a submodule called "input" has it
                Site same = sites[i]->same();                                    // a copy: the visitor may rename it
                visit(path, same);
            }
        };
        for (const detail::ScriptModule& module : copy->modules) {
            visit_all(module, false);
            visit_all(module, true);
        }
    }

    SUTURE_REJECTED_DEFAULT("a model is loaded by a function: write script::load(path)", Script);
    explicit SUTURE_REJECTED_FROM("a model is loaded by a function: write script::load(path)", Script, const char*);
    explicit SUTURE_REJECTED_FROM("a model is loaded by a function: write script::load(path)", Script,
                                  const std::string&);
    template <class...>
    static SUTURE_REJECTED("a model is loaded by a function: write script::load(path)", load(...));
    template <class...>
    static SUTURE_REJECTED("a model is loaded by a function: write script::load(path)", open(...));
    SUTURE_REJECTED_CONVERSION("a model is not its result: write model(ids)", at::Tensor, const);
    SUTURE_REJECTED("a Script is not a pointer: write model.forward(inputs)", operator->() const);
    template <class I>
    SUTURE_REJECTED("a submodule is found by its path: write site<Layout>(model, path)", operator[](const I&) const);
    template <class...>
    SUTURE_REJECTED("the loaded module does this: write model.module().eval(...)", eval(...) const);
    template <class...>
    SUTURE_REJECTED("the loaded module does this: write model.module().train(...)", train(...) const);
    template <class...>
    SUTURE_REJECTED("the loaded module does this: write model.module().to(...)", to(...) const);
    template <class...>
    SUTURE_REJECTED("the loaded module does this: write model.module().parameters(...)", parameters(...) const);
    template <class...>
    SUTURE_REJECTED("the loaded module does this: write model.module().named_modules(...)", named_modules(...) const);
    template <class...>
    SUTURE_REJECTED("a hook is added to a set: write hooks.add(site<L>(model, path), recipe)",
                    register_forward_hook(...) const);
    template <class...>
    SUTURE_REJECTED("a hook is added to a set: write hooks.add(site<L>(model, path), recipe)", add_hook(...) const);
    template <class...>
    SUTURE_REJECTED("a hook is added to a set: write hooks.add(site<L>(model, path), recipe)", hook(...) const);
#define SUTURE_OF_THE_LOADED_MODULE(name) \
    template <class...>                   \
    SUTURE_REJECTED("the loaded module does this: write model.module()." #name "(...)", name(...) const);
    SUTURE_OF_THE_LOADED_MODULE(modules)
    SUTURE_OF_THE_LOADED_MODULE(children)
    SUTURE_OF_THE_LOADED_MODULE(named_parameters)
    SUTURE_OF_THE_LOADED_MODULE(buffers)
    SUTURE_OF_THE_LOADED_MODULE(get_method)
    SUTURE_OF_THE_LOADED_MODULE(attr)
    SUTURE_OF_THE_LOADED_MODULE(save)
    SUTURE_OF_THE_LOADED_MODULE(clone)
#undef SUTURE_OF_THE_LOADED_MODULE
    template <class...>
    SUTURE_REJECTED("arguments are given one by one: write model(ids, mask), or model.run(list)",
                    forward(InBraces) const);
    template <class...>
    SUTURE_REJECTED("arguments are given one by one: write model(ids, mask), or model.run(list)", operator()(InBraces)
                                                                                                      const);
    friend SUTURE_REJECTED("a model is shown by its sites: print site_table(model, ids)", operator<<(std::ostream&,
                                                                                                     const Script&));
    /// The loaded module, for example to move it to a device or to switch it to `eval()`.
    torch::jit::Module module() const { return state_->module; }

private:
    friend detail::ScriptSearch;
    /// Never copied or moved: hooks and passes point into it.
    struct State {
        explicit State(const torch::jit::Module& shared) : module(shared) {}
        std::shared_ptr<const detail::ScriptCopy> instrumented() {
            const std::lock_guard lock(guard);
            if (!copy || !copy->is_current()) copy = detail::ScriptInstrumenter::instrumented(module, sites);
            return copy;
        }
        void note_passes() {
            const std::lock_guard lock(guard);
            sites->note_passes();
        }
        torch::jit::Module module;
        const bool has_own_hooks =
            !module.type()->getForwardPreHooks().empty() || !module.type()->getForwardHooks().empty();
        std::mutex guard;
        const std::shared_ptr<detail::ScriptSites> sites = std::make_shared<detail::ScriptSites>();
        std::shared_ptr<const detail::ScriptCopy> copy;
    };

    /// torch.jit.freeze removes this attribute, which every module from Python has.
    bool is_frozen() const { return !state_->module.hasattr("training"); }

    /// As LibTorch and Python call a module: results of hooks before forward replace the arguments, and results of hooks
    /// after it replace the result.
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
        if (detail::innermost_scope == nullptr) [[likely]] {
            if (detail::ScopesOfAllThreads::are_there()) [[unlikely]]
                state_->note_passes();
            return state_->module.forward(std::move(arguments), named);
        }
        if (!detail::innermost_scope->suspends()) return run_copy(std::move(arguments), named);
        return result_of(state_->module.get_method("forward").run_async(std::move(arguments), named, at_once));
    }

    /// In a hook, the forks of a model run at once and in the hook's thread: the threads of LibTorch's pool may be waiting
    /// for the hook.
    static void at_once(const std::function<void()>& forked) { forked(); }
    static c10::IValue result_of(const detail::ScriptFuture& future) {
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
            pass->finish();  // throws the exception of the hook rather than the interpreter's version of it
            throw;
        }
        pass->finish();
        return std::move(stack.front());
    }

    std::shared_ptr<State> state_;
};

namespace script {

/// Loads a model that `torch.jit.save` wrote, onto a device if one is given.
/// @throws FileError, with the path, if there is no such file or it is not a TorchScript model
inline Script load(const std::filesystem::path& path, std::optional<at::Device> device = {}) {
    const char* const wanted = "give the path of a file that torch.jit.save wrote";
    if (std::filesystem::is_directory(path)) throw FileError(path.string() + " is a directory: " + wanted);
    if (!std::filesystem::is_regular_file(path))
        throw FileError(path.string() + ": the file does not exist: " + wanted);
    const auto refuse = [&path](const char* what) -> FileError {
        const std::string known = detail::not_a_script_text(path);
        return FileError(path.string() +
                         ": LibTorch cannot load this as a TorchScript model: " + (known.empty() ? what : known));
    };
    try {
        return Script(device ? torch::jit::load(path.string(), *device) : torch::jit::load(path.string()));
    } catch (const c10::Error& e) {
        throw refuse(e.what_without_backtrace());
    } catch (const std::exception& e) {
        throw refuse(e.what());
    }
}

template <class...>
SUTURE_REJECTED("a model is loaded from its file: write script::load(path)", load(...));

/// In a hook at a site of a Script: the number of the submodule's call that the hook runs for. Calls are numbered from 0
/// in each pass, as they begin; the arguments and the result of a call have the same number. A submodule that is called
/// several times, in a loop or from several places, has the same site in each call.
/// @throws HookError outside of such a hook, and in a hook for the gradient
inline std::int64_t call_number() {
    if (detail::script_call < 0)
        throw HookError(
            "call_number() was called outside of a hook in a Script's forward pass: call it in a callback "
            "there");
    return detail::script_call;
}

}  // namespace script

namespace detail {
struct ScriptSearch {
    /// The sites whose paths are wanted.
    /// @throws HookError, with the reason, if there are none
    template <class L, class Wanted>
    static std::vector<SiteRef<L>> sites_where(const Script& model, const std::string& asked, bool is_pattern,
                                               const Wanted& wanted) {
        std::vector<SiteRef<L>> found;
        KnownModel known;
        model.visit_sites([&](const std::string& path, const Site& site) {
            known.sites.push_back({path});
            if (wanted(path)) found.emplace_back(site);
        });
        if (!found.empty()) return found;
        const auto copy = model.state_->instrumented();
        explain_no_site(*copy, model.is_frozen(), asked);
        known.modules = known_modules(*copy);
        throw_no_site({asked, is_pattern, known});
    }
};
}  // namespace detail

/// As for other models; the error also says why a submodule has no site.
template <class L = AnyLayout, class Model>
    requires std::same_as<std::remove_cvref_t<Model>, Script> std::vector<SiteRef<L>> sites(
        Model&& model, const std::string& pattern) {
        return detail::ScriptSearch::sites_where<L>(model, pattern, /*is_pattern=*/true, [&](const std::string& path) {
            return detail::path_matches(pattern, path);
        });
    }
template <class L = AnyLayout, class Model>
    requires std::same_as<std::remove_cvref_t<Model>, Script> SiteRef<L> site(Model&& model, const std::string& path) {
        return detail::ScriptSearch::sites_where<L>(model, path, /*is_pattern=*/false,
                                                    [&](const std::string& at) { return at == path; })
            .front();
    }

}  // namespace suture

#include "suture/core/end_refuse.hpp"
