// Exported: models that Python wrote with torch.export.save, run here node by node. The inputs and outputs of their
// modules are sites, and so are the operators in them: the attention pattern is the softmax of the attention.
//
//     Exported model = exported::load("gpt2.pt2");
//     HookSet hooks;
//     hooks.add(site<Qkv>(model, "transformer.h.3.attn.c_attn"), on<Q>(token(4)).zero());
//     at::Tensor logits = run_with_hooks(model, hooks, ids);
//
// It includes LibTorch's dispatcher and nlohmann-json, so suture.hpp does not include it. See docs/exported.md.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/exported/detail/archive.hpp"
#include "suture/exported/detail/inputs.hpp"
#include "suture/exported/detail/model.hpp"
#include "suture/exported/detail/no_site.hpp"
#include "suture/exported/detail/read_graph.hpp"
#include "suture/exported/detail/run.hpp"
#include "suture/exported/detail/runs.hpp"
#include "suture/exported/detail/stages.hpp"
#include "suture/exported/detail/symbolic_size.hpp"
#include "suture/exported/detail/weights.hpp"
#include "suture/exported/outputs.hpp"
#include "suture/exported/rerun.hpp"
#include "suture/file/detail/file_errors.hpp"
#include "suture/hook/detail/scope_link.hpp"
#include "suture/hook/site_ref.hpp"
#include "suture/hook/sites.hpp"
#include "suture/model/causal_positions.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

class Exported;

namespace exported {
Exported load(const std::filesystem::path& path);

/// An input by its name: `model({{"input_ids", ids}, {"attention_mask", mask}})`.
struct NamedInput {
    std::string name;
    c10::IValue value;
};
}  // namespace exported

namespace detail {
struct ExportedSearch;
}  // namespace detail

/// A model of torch.export whose modules' inputs and outputs are sites. Copies share the model and its sites. Several
/// threads may run it at once.
class Exported {
public:
    /// Runs the model. Its inputs are given in their order, or by their names.
    /// @return the first tensor of its results: the logits of a language model; @see run
    /// @throws ModelError, TypeError or ShapeError if an input is not what the model was exported for, naming it; the
    ///         exception of a hook; ModelError, naming the node, if LibTorch refuses an operator
    template <class... Inputs>
        requires(std::constructible_from<c10::IValue, Inputs>&&...)
    at::Tensor operator()(Inputs&&... inputs) const { return run(std::forward<Inputs>(inputs)...).first(); }
    at::Tensor operator()(std::initializer_list<exported::NamedInput> inputs) const { return run(inputs).first(); }

    /// The same with all results, under the names that Python gave them.
    template <class... Inputs>
        requires(std::constructible_from<c10::IValue, Inputs>&&...)
    ExportedOutputs run(Inputs&&... inputs)
    const {
        std::vector<c10::IValue> given;
        given.reserve(sizeof...(inputs));
        (given.emplace_back(std::forward<Inputs>(inputs)), ...);
        return run_sorted(detail::ExportedInputs(state_->model.graph()).sorted(std::move(given), {}));
    }
    ExportedOutputs run(std::initializer_list<exported::NamedInput> inputs) const {
        std::vector<std::pair<std::string, c10::IValue>> named;
        for (const exported::NamedInput& input : inputs) named.emplace_back(input.name, input.value);
        return run_sorted(detail::ExportedInputs(state_->model.graph()).sorted({}, named));
    }

    /// The names of the inputs, in their order.
    std::vector<std::string> input_names() const {
        std::vector<std::string> names;
        for (const detail::ExportedInput& input : state_->model.graph().inputs)
            if (input.kind == detail::ExportedInput::Kind::user) names.push_back(input.name);
        return names;
    }
    /// Parameters and buffers by their names, "transformer.h.0.attn.c_attn.weight". They are the model's own tensors:
    /// parameters have gradients after a backward pass, and what is written into them changes the model.
    const std::map<std::string, at::Tensor>& tensors() const { return state_->model.tensors(); }

    /// The paths of the sites of operators, in the order in which they run: "h.3.attn:matmul", "h.3.attn:matmul.input", ...
    std::vector<std::string> operator_paths() const { return state_->model.operator_paths(); }

    /// Calls `visit(path, site)` for every site of a module. The path of a module is the site of its output ("" for the
    /// model), and ".input" that of the first tensor that it reads, activations and ids before positions and masks; further ones
    /// are ".output.1", ".input.1". (A rotary embedding is given activations only for their dtype, so its input are the
    /// positions.) A module that is called a second time has the path "mlp@1" then. The sites of operators are not
    /// visited: `site` finds them by their path, "h.3.attn:softmax" or "h.3.attn:softmax.input".
    void visit_sites(const SiteVisitor& visit) const {
        for (std::size_t i = 0; i < state_->model.module_sites().size(); ++i) {
            Site same = state_->model.module_sites()[i]->site.same();  // a copy: the visitor may rename it
            visit(state_->model.path_of(i), same);
        }
    }

    /// Passes over the same inputs that compute only what follows their hooks.
    /// @param frozen sites, or ranges of sites, at which such a pass has what the model has there without hooks, whatever
    ///        comes before
    /// @throws HookError if a site is not one of this model, or if a range is empty; ModelError if one is to be frozen and
    ///         the model draws random numbers
    template <detail::SomeSites... S>
    ExportedRerun rerun(S&&... frozen) const {
        return ExportedRerun(std::shared_ptr<detail::ExportedModel>(state_, &state_->model), frozen...);
    }
    template <class... S>
    SUTURE_REJECTED("what is frozen are sites: find them by sites<Layout>(model, pattern)", rerun(S&&...) const);

    // For sweeps (StagedModel):

    /// Whether the model has blocks through which one residual stream runs, and was exported with dynamic batch and
    /// positions: then a sweep runs only what comes after a patch.
    bool has_stages() const { return state_->stages().first != nullptr; }
    /// Why it has none; empty if it has.
    std::string why_no_stages() const { return state_->stages().second; }
    /// The number of blocks. @throws ModelError, as all that follow, if has_stages() is false
    Index layers() const { return stages()->layers(); }
    /// [batch, positions] -> [batch, positions, width]
    at::Tensor embed(const at::Tensor& ids) const {
        const auto staged = stages();
        detail::ExportedInputs(state_->model.graph()).sorted({ids}, {});  // checks them
        return staged->embed(ids);
    }
    /// [batch, positions, width] -> the same
    at::Tensor block(Index layer, const at::Tensor& x) const { return stages()->block(layer, x); }
    /// [positions, width] -> [kept positions, width]
    at::Tensor block(Index layer, const at::Tensor& x, CausalPositions& positions) const {
        return stages()->block(layer, x, positions);
    }
    /// [..., width] -> [..., vocabulary]
    at::Tensor unembed(const at::Tensor& x) const { return stages()->unembed(x); }
    /// [..., width] -> the logits of these ids, [..., ids]
    at::Tensor unembed(const at::Tensor& x, const at::Tensor& ids) const { return stages()->unembed(x, ids); }
    /// Whether blocks can be run at chosen positions: tried with a prompt, [1, positions].
    bool computes_positions(const at::Tensor& ids) const { return stages()->computes_positions(ids); }
    /// Whether the stages give the logits of a whole pass for a prompt, [1, positions].
    bool stages_agree(const at::Tensor& ids) const {
        const at::NoGradGuard no_grad;
        return stages()->agree_with(*this, ids);
    }

    SUTURE_REJECTED_DEFAULT("a model is loaded by a function: write exported::load(path)", Exported);
    explicit SUTURE_REJECTED_FROM("a model is loaded by a function: write exported::load(path)", Exported, const char*);
    explicit SUTURE_REJECTED_FROM("a model is loaded by a function: write exported::load(path)", Exported,
                                  const std::string&);
    template <class...>
    static SUTURE_REJECTED("a model is loaded by a function: write exported::load(path)", load(...));
    template <class...>
    SUTURE_REJECTED("a model is called: write model(ids), or model.run(ids) for all results", forward(...) const);
    template <class... S>
    SUTURE_REJECTED("a model is called with tensors: write model(ids)", operator()(S&&...) const);
    template <class... S>
    SUTURE_REJECTED("a model is called with tensors: write model.run(ids)", run(S&&...) const);
    SUTURE_REJECTED_CONVERSION("a model is not its result: write model(ids)", at::Tensor, const);
    SUTURE_REJECTED("an Exported is not a pointer: write model(ids)", operator->() const);
    template <class I>
    SUTURE_REJECTED("a module is found by its path: write site<Layout>(model, path)", operator[](const I&) const);
    template <class...>
    SUTURE_REJECTED("the mode was fixed by the export: call eval() in Python before torch.export", eval(...) const);
    template <class...>
    SUTURE_REJECTED("the mode was fixed by the export: call train() in Python before torch.export", train(...) const);
    template <class...>
    SUTURE_REJECTED("parameters go by their names: write model.tensors()", parameters(...) const);
    template <class...>
    SUTURE_REJECTED("parameters go by their names: write model.tensors()", named_parameters(...) const);
    template <class...>
    SUTURE_REJECTED("a hook is added to a set: write hooks.add(site<L>(model, path), recipe)",
                    register_forward_hook(...) const);
    template <class...>
    SUTURE_REJECTED("a hook is added to a set: write hooks.add(site<L>(model, path), recipe)", add_hook(...) const);

private:
    friend detail::ExportedSearch;
    friend Exported exported::load(const std::filesystem::path& path);
    struct State {
        State(detail::ExportedGraph graph, std::map<std::string, at::Tensor> tensors)
            : model(std::move(graph), std::move(tensors)), plain(model.graph(), model.plain_plan(), model.aliases()) {}
        /// The stages, or null and the reason.
        std::pair<std::shared_ptr<detail::ExportedStages>, std::string> stages() {
            const std::lock_guard lock(guard);
            // What was written into a weight may have changed what follows from the sizes alone.
            std::uint32_t written = 0;
            for (const auto& [name, tensor] : model.tensors())
                if (!tensor.is_inference()) written += static_cast<std::uint32_t>(tensor._version());
            if (!has_looked || written != seen_written) {
                found = detail::ExportedStages::of(model, why_none);
                has_looked = true, seen_written = written;
            }
            return {found, why_none};
        }
        /// Passes with sites: those of operators that were asked for meanwhile are among them.
        std::shared_ptr<detail::ExportedRuns> with_sites() {
            const std::lock_guard lock(guard_of_sited);
            const auto plan = model.plan_with_sites();
            if (!sited || sited->plan() != plan)
                sited = std::make_shared<detail::ExportedRuns>(model.graph(), plan, model.aliases());
            return sited;
        }
        detail::ExportedModel model;
        detail::ExportedRuns plain;
        std::mutex guard_of_sited;
        std::shared_ptr<detail::ExportedRuns> sited;
        std::mutex guard;
        bool has_looked = false;
        std::uint32_t seen_written = 0;  ///< the versions of the weights when the stages were found
        std::shared_ptr<detail::ExportedStages> found;
        std::string why_none;
    };
    explicit Exported(std::shared_ptr<State> state) : state_(std::move(state)) {}

    /// Kept by whoever runs them: another thread may write into the weights meanwhile.
    std::shared_ptr<detail::ExportedStages> stages() const {
        const auto [stages, why] = state_->stages();
        if (!stages) throw ModelError("this model cannot be run in stages, since " + why + ": run it as a whole");
        return stages;
    }

    ExportedOutputs run_sorted(std::vector<c10::IValue> values) const {
        std::vector<std::string> names = state_->model.graph().output_names();
        if (detail::has_scopes_elsewhere_only()) state_->with_sites()->note_passes();
        if (detail::has_active_scopes())
            if (const auto sited = state_->with_sites(); sited->is_hooked())
                return ExportedOutputs(std::move(names), sited->run(std::move(values)));
        return ExportedOutputs(std::move(names), state_->plain.run(std::move(values)));
    }

    std::shared_ptr<State> state_;
};

namespace exported {

/// Loads a model that `torch.export.save` wrote with PyTorch 2.9 or later. Its weights stay in the file, which is mapped:
/// replace the file, but do not write into it while the model lives.
/// @throws FileError, with the path, if it is not such a file, or holds what cannot be run here
inline Exported load(const std::filesystem::path& path) {
    return detail::naming(path.string(), [&] {
        const detail::ExportedArchive archive(path);
        const std::string record = "models/" + detail::model_name(archive) + ".json";
        detail::ExportedGraph graph =
            detail::naming(record, [&] { return detail::GraphReader::read(archive.bytes(record)); });
        std::map<std::string, at::Tensor> tensors = detail::read_weights(archive);
        detail::check_weights(graph, tensors);
        return Exported(std::make_shared<Exported::State>(std::move(graph), std::move(tensors)));
    });
}
template <class...>
SUTURE_REJECTED("a model is loaded from a file: write exported::load(path)", load(...));

}  // namespace exported

namespace detail {
struct ExportedSearch {
    /// The sites of modules whose paths match, and of operators where a pattern with a colon asks for them.
    /// @throws HookError, with the reason, if there are none; ShapeError if the layout cannot be there
    template <class L, class Wanted, class... Numbers>
    static std::vector<SiteRef<L>> sites_where(const Exported& model, const std::string& asked, bool is_pattern,
                                               const Wanted& wanted, const Numbers&... extents) {
        ExportedModel& inside = model.state_->model;
        std::vector<SiteRef<L>> found;
        const auto add = [&](const ExportedPort& port, const std::string& path) {
            if constexpr (Layout<L> && sizeof...(extents) == 0)
                if (const auto numbers = recorded_numbers<L>(inside, port, path)) {
                    check_layout_fits<L>(inside, port, path, *numbers);
                    found.push_back(found_site<L>(path, port.site, *numbers));
                    return;
                }
            check_layout_fits<L>(inside, port, path, extents...);
            found.push_back(found_site<L>(path, port.site, extents...));
        };
        if (asked.find(':') == asked.npos) {
            for (std::size_t i = 0; i < inside.module_sites().size(); ++i)
                if (wanted(inside.path_of(i))) add(*inside.module_sites()[i], inside.path_of(i));
        } else {
            for (const std::string& path : inside.operator_paths())
                if (wanted(path))
                    if (const ExportedPort* port = inside.operator_site(path)) add(*port, path);
        }
        if (!found.empty()) return found;
        explain_no_site(inside, asked);
        KnownModel known;
        for (std::size_t i = 0; i < inside.module_sites().size(); ++i) known.sites.push_back({inside.path_of(i)});
        known.modules = known_modules(inside);
        for (const auto& [name, tensor] : inside.tensors()) known.tensors.push_back(name);
        throw_no_site({asked, is_pattern, known});
    }

private:
    /// The shape that the value had when the model was exported tells whether a layout can be there.
    template <class L, class... Numbers>
    static void check_layout_fits(const ExportedModel& model, const ExportedPort& port, const std::string& path,
                                  const Numbers&... extents) {
        if constexpr (Layout<L>) {
            const std::optional<TensorMeta>& meta = model.graph().values[port.value].meta;
            if (!meta || meta->sizes.empty()) return;
            if constexpr (sizeof...(extents) > 0)
                (check_fits((extents.facts(), ...), *meta, path));
            else if constexpr (is_static<L>)
                check_fits(facts_of<L>, *meta, path);
        }
    }
    /// The numbers of a layout whose width tells them, where the file has recorded the width.
    template <Layout L>
    static std::optional<Extents<L>> recorded_numbers([[maybe_unused]] const ExportedModel& model,
                                                      [[maybe_unused]] const ExportedPort& port,
                                                      [[maybe_unused]] const std::string& path) {
        if constexpr (!is_static<L> && is_deducible<L>) {
            const std::optional<TensorMeta>& meta = model.graph().values[port.value].meta;
            if (meta && !meta->sizes.empty())
                if (const auto* width = std::get_if<std::int64_t>(&meta->sizes.back())) try {
                        return Extents<L>::of_width(*width);
                    } catch (Error& e) {
                        e.add_place(path);
                        throw;
                    }
        }
        return {};
    }
    static void check_fits(const LayoutFacts& layout, const TensorMeta& meta, const std::string& path) {
        const auto* width = std::get_if<std::int64_t>(&meta.sizes.back());
        const bool has_axes =
            layout.axes.is_free() || meta.sizes.size() == static_cast<std::size_t>(layout.axes.count) + 1;
        if ((!width || *width == layout.width) && has_axes) return;
        throw ShapeError((path.empty() ? "the result of the model" : path) + " was [" +
                         joined(meta.sizes, ", ", size_text) + "] when the model was exported, but " +
                         layout_text(layout) + " needs " + axes_text(layout) + ": ask for the layout of this module");
    }
};
}  // namespace detail

/// As for other models; a pattern with a colon finds operators, "model.layers.*.self_attn:softmax". The layout is compared
/// with the shape that the file has recorded for the site.
template <class L = AnyLayout, class Model>
    requires std::same_as<std::remove_cvref_t<Model>, Exported> std::vector<SiteRef<L>> sites(
        Model&& model, const std::string& pattern) {
        return detail::ExportedSearch::sites_where<L>(
            model, pattern, /*is_pattern=*/true,
            [&](const std::string& path) { return detail::path_matches(pattern, path); });
    }
template <Layout L, class Model>
    requires std::same_as<std::remove_cvref_t<Model>, Exported> std::vector<SiteRef<L>> sites(
        Model&& model, const std::string& pattern, const Extents<L>& extents) {
        return detail::ExportedSearch::sites_where<L>(
            model, pattern, /*is_pattern=*/true,
            [&](const std::string& path) { return detail::path_matches(pattern, path); }, extents);
    }
template <class L = AnyLayout, class Model>
    requires std::same_as<std::remove_cvref_t<Model>, Exported> SiteRef<L> site(Model&& model,
                                                                                const std::string& path) {
        return detail::ExportedSearch::sites_where<L>(model, path, /*is_pattern=*/false,
                                                      [&](const std::string& at) { return at == path; })
            .front();
    }
template <Layout L, class Model>
    requires std::same_as<std::remove_cvref_t<Model>, Exported> SiteRef<L> site(Model&& model, const std::string& path,
                                                                                const Extents<L>& extents) {
        return detail::ExportedSearch::sites_where<L>(
                   model, path, /*is_pattern=*/false, [&](const std::string& at) { return at == path; }, extents)
            .front();
    }

}  // namespace suture

#include "suture/core/end_refuse.hpp"
