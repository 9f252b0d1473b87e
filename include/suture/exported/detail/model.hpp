// A loaded model: its graph, its weights, its sites, and the plans that run it.
#pragma once

#include "suture/exported/detail/aliases.hpp"
#include "suture/exported/detail/graph.hpp"
#include "suture/exported/detail/modules.hpp"
#include "suture/exported/detail/operators.hpp"
#include "suture/exported/detail/plan.hpp"
#include "suture/file/detail/file_errors.hpp"
#include "suture/hook/detail/paths.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/torch.hpp"
#include "suture/text/visible_text.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// The path of the i-th site of a kind: "h.0.attn", "h.0.attn.output.1", "h.0.attn.input", "h.0.attn.input.1".
inline std::string numbered_site_path(const std::string& owner, bool is_input, std::size_t i) {
    if (i == 0) return is_input ? joined_path(owner, "input") : owner;
    return joined_path(owner, (is_input ? "input." : "output.") + std::to_string(i));
}

/// @throws FileError unless each weight of the graph is in the archive, as the graph says
inline void check_weights(const ExportedGraph& graph, const std::map<std::string, at::Tensor>& tensors) {
    for (const ExportedInput& input : graph.inputs) {
        if (input.kind != ExportedInput::Kind::weight) continue;
        const auto found = tensors.find(input.name);
        if (found == tensors.end())
            refuse_file("weight " + in_quotes(input.name) + " of the graph is not in the archive");
        const auto& meta = graph.values[input.value].meta;
        if (!meta) refuse_file("weight " + in_quotes(input.name) + " is not described in the graph");
        const auto sizes = found->second.sizes();
        bool fits = found->second.scalar_type() == meta->dtype && sizes.size() == meta->sizes.size();
        for (std::size_t i = 0; fits && i < sizes.size(); ++i) fits = meta->sizes[i] == SymbolicSize(sizes[i]);
        if (!fits)
            refuse_file("weight " + in_quotes(input.name) + " is " + tensor_text(found->second) +
                        " in the archive and something else in the graph");
    }
}

/// Never copied or moved: plans and hooks point into it.
class ExportedModel {
public:
    ExportedModel(ExportedGraph graph, std::map<std::string, at::Tensor> tensors)
        : graph_(std::move(graph)), tensors_(std::move(tensors)) {
        uses_ = ModuleReader(graph_).read();
        for (const ExportedNode& node : graph_.nodes) prepared_.push_back(OperatorFinder::prepared(node));
        aliases_.emplace(graph_, prepared_);
        for (const ExportedInput& input : graph_.inputs)
            if (input.kind == ExportedInput::Kind::weight) weights_.emplace(input.value, tensors_.at(input.name));
        check_written_weights();
        for (std::size_t n = 0; n < graph_.nodes.size(); ++n)
            for (const ModuleCall& call : graph_.nodes[n].modules) last_node_[call] = n;
        add_sites();
        plain_ = std::make_shared<const ExportedPlan>(maker().plan({}));
    }
    ExportedModel(const ExportedModel&) = delete;
    ExportedModel& operator=(const ExportedModel&) = delete;

    const ExportedGraph& graph() const { return graph_; }
    const std::map<std::string, at::Tensor>& tensors() const { return tensors_; }
    const std::vector<ModuleUse>& uses() const { return uses_; }
    const ExportedAliases& aliases() const { return *aliases_; }
    const std::map<ValueIndex, at::Tensor>& weights() const { return weights_; }
    PlanMaker maker() const { return PlanMaker(graph_, prepared_, *aliases_, weights_); }
    /// The sites that there are now. They grow in number when operators are asked for.
    std::vector<const ExportedPort*> ports() {
        const std::lock_guard lock(guard_);
        return all_ports();
    }
    std::size_t sites_version() {
        const std::lock_guard lock(guard_);
        return ports_.size();
    }

    /// Without sites.
    const std::shared_ptr<const ExportedPlan>& plain_plan() const { return plain_; }
    /// With the sites of all modules, and of the operators that were asked for.
    std::shared_ptr<const ExportedPlan> plan_with_sites() {
        const std::lock_guard lock(guard_);
        if (!with_sites_) with_sites_ = std::make_shared<const ExportedPlan>(maker().plan(all_ports()));
        return with_sites_;
    }

    /// The sites of modules, in the order of the modules. They stay where they are.
    const std::vector<const ExportedPort*>& module_sites() const { return module_sites_; }

    /// The site of an operator: "h.0.attn:softmax", "h.0.attn:softmax.input", "h.0.attn:matmul.1" for the second one.
    /// @return null if the model has no such operator
    const ExportedPort* operator_site(const std::string& path) {
        const std::lock_guard lock(guard_);
        if (const auto known = operator_sites_.find(path); known != operator_sites_.end()) return known->second;
        ExportedPort made;
        if (!find_operator(path, made)) return nullptr;
        made.site = Site(path);
        ports_.push_back(std::move(made));
        with_sites_.reset();
        return operator_sites_[path] = &ports_.back();
    }
    /// The paths of all sites of operators.
    std::vector<std::string> operator_paths() const {
        std::vector<std::string> paths;
        std::map<std::string, std::size_t> count;
        for (const ExportedNode& node : graph_.nodes) {
            if (!has_tensor(node)) continue;
            const std::string name = own_path(node) + ":" + std::string(operator_name(node.target));
            const std::size_t i = count[name]++;
            const std::string path = i == 0 ? name : name + "." + std::to_string(i);
            paths.push_back(path);
            for (std::size_t k = 0; k < tensor_arguments(node).size(); ++k)
                paths.push_back(numbered_site_path(path, /*is_input=*/true, k));
        }
        return paths;
    }

private:
    std::vector<const ExportedPort*> all_ports() const {
        std::vector<const ExportedPort*> ports;
        for (const ExportedPort& port : ports_) ports.push_back(&port);
        return ports;
    }
    bool is_tensor(ValueIndex value) const { return value != no_value && graph_.values[value].meta.has_value(); }

    /// Each pass has copies of the weights that the graph writes, which share nothing.
    /// @throws FileError if two of them shared storage
    void check_written_weights() const {
        for (const auto& [value, tensor] : weights_) {
            if (!aliases_->is_written(value)) continue;
            for (const auto& [other, shared] : weights_)
                if (other != value && tensor.storage().data() == shared.storage().data())
                    refuse_file("the model writes into " + graph_.values[value].name +
                                    ", which shares its storage with " + graph_.values[other].name,
                                "give both storage of their own in Python and export the model again");
        }
    }

    // Sites of modules ------------------------------------------------------------------------------------------

    void add_site(ExportedPort port, const std::string& path) {
        // A module that is called "input" has that path.
        if (port.where == ExportedPort::Where::input || path_of_call(port.call) != path)
            if (std::find(graph_.modules.begin(), graph_.modules.end(), path) != graph_.modules.end()) return;
        port.site = Site(path.empty() ? "the model's output" : path);
        ports_.push_back(std::move(port));
        module_sites_.push_back(&ports_.back());
        paths_.push_back(path);
    }

    void add_sites() {
        std::size_t outputs = 0, inputs = 0;
        for (std::size_t i = 0; i < graph_.outputs.size(); ++i) {
            const ValueIndex value = graph_.outputs[i].item.value;
            if (!is_tensor(value) || weights_.contains(value)) continue;
            add_site({ExportedPort::Where::output, value, no_node, {}, 0, i, Site()},
                     numbered_site_path({}, false, outputs++));
        }
        for (const ExportedInput& input : graph_.inputs)
            if (input.kind == ExportedInput::Kind::user && is_tensor(input.value))
                add_site({ExportedPort::Where::input, input.value, no_node, {}, 0, no_value, Site()},
                         numbered_site_path({}, true, inputs++));
        for (const ModuleUse& use : uses_) {
            const std::string path = path_of_call(use.call);
            const std::size_t last = last_node_.at(use.call);
            const auto& around = graph_.nodes[last].modules;
            const auto depth =
                static_cast<std::size_t>(std::find(around.begin(), around.end(), use.call) - around.begin());
            for (std::size_t i = 0; i < use.outputs.size(); ++i) {
                // A value from outside that the module returns as it is has other readers.
                const std::size_t made = graph_.values[use.outputs[i]].defined_by;
                if (made == no_node || std::find(use.nodes.begin(), use.nodes.end(), made) == use.nodes.end()) continue;
                add_site({ExportedPort::Where::output, use.outputs[i], last, use.call, depth, no_value, Site()},
                         numbered_site_path(path, false, i));
            }
            for (std::size_t i = 0; i < use.inputs.size(); ++i)
                add_site({ExportedPort::Where::input, use.inputs[i], no_node, use.call, 0, no_value, Site()},
                         numbered_site_path(path, true, i));
        }
    }

    // Sites of operators ----------------------------------------------------------------------------------------

    static std::string own_path(const ExportedNode& node) {
        return node.modules.empty() ? std::string() : path_of_call(node.modules.back());
    }
    bool has_tensor(const ExportedNode& node) const {
        for (const ExportedResult& result : node.results)
            for (const ValueIndex value : result.values)
                if (is_tensor(value)) return true;
        return false;
    }
    std::vector<ValueIndex> tensor_arguments(const ExportedNode& node) const {
        std::vector<ValueIndex> values;
        for (const ExportedArgument& argument : node.arguments)
            for (const ExportedItem& item : argument.items)
                if (is_tensor(item.value) && !weights_.contains(item.value)) values.push_back(item.value);
        return values;
    }
    /// "softmax.1.input.2" -> the operator, its number, and its input or -1 for its output.
    struct AskedOperator {
        std::string name;
        std::size_t number = 0;
        std::optional<std::size_t> input;
    };
    static std::optional<AskedOperator> asked_operator(const std::string& text) {
        AskedOperator asked;
        std::vector<std::string> steps = steps_of(text);
        if (steps.empty()) return std::nullopt;
        asked.name = steps.front();
        std::size_t at = 1;
        const auto number = [&](std::size_t& into) {
            if (at < steps.size() && is_all_digits(steps[at]) && steps[at].size() < 9) into = std::stoul(steps[at++]);
        };
        number(asked.number);
        if (at < steps.size() && steps[at] == "input") {
            ++at;
            number(asked.input.emplace(0));
        }
        return at == steps.size() ? std::optional(asked) : std::nullopt;
    }

    bool find_operator(const std::string& path, ExportedPort& port) const {
        const std::size_t colon = path.rfind(':');
        if (colon == path.npos) return false;
        const std::string owner = path.substr(0, colon);
        const auto asked = asked_operator(path.substr(colon + 1));
        if (!asked) return false;
        std::size_t count = 0;
        for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
            const ExportedNode& node = graph_.nodes[n];
            if (own_path(node) != owner || operator_name(node.target) != asked->name || !has_tensor(node)) continue;
            if (count++ != asked->number) continue;
            port.node = n;
            if (!node.modules.empty()) port.call = node.modules.back();
            port.depth = node.modules.size();  // before the sites of modules
            if (asked->input) {
                const auto given = tensor_arguments(node);
                if (*asked->input >= given.size()) return false;
                port.where = ExportedPort::Where::argument;
                port.value = given[*asked->input];
                return true;
            }
            port.where = ExportedPort::Where::output;
            if (node.results.size() != 1 || node.results.front().values.size() != 1) return false;
            port.value = node.results.front().values.front();
            return true;
        }
        return false;
    }

public:
    /// The path under which a site of a module is found: "" for the model's own result.
    const std::string& path_of(std::size_t module_site) const { return paths_[module_site]; }

private:
    ExportedGraph graph_;
    std::map<std::string, at::Tensor> tensors_;
    std::vector<ModuleUse> uses_;
    std::vector<PreparedNode> prepared_;
    std::optional<ExportedAliases> aliases_;
    std::map<ValueIndex, at::Tensor> weights_;
    std::map<ModuleCall, std::size_t> last_node_;
    std::deque<ExportedPort> ports_;  ///< a deque: plans and hooks point at its elements
    std::vector<const ExportedPort*> module_sites_;
    std::vector<std::string> paths_;  ///< of the sites of modules
    std::map<std::string, const ExportedPort*> operator_sites_;
    std::mutex guard_;
    std::shared_ptr<const ExportedPlan> plain_, with_sites_;
};

}  // namespace suture::detail
