// The modules of an exported model, and which values of its graph are their inputs and outputs.
// Law: the output of a module is what Python's forward hook would see, and its input what the hook before forward would,
// but for arguments whose numbers the module does not read; where the graph cannot tell, the module has no
// site, and an error says why.
#pragma once

#include "suture/exported/detail/aliases.hpp"
#include "suture/exported/detail/graph.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail {

/// One call of a module, and the nodes and values of it.
struct ModuleUse {
    ModuleCall call;
    std::vector<std::size_t> nodes;
    std::vector<ValueIndex>
        inputs;  ///< tensors from outside: activations, then others, as they are read; or a signature's
    std::vector<ValueIndex> outputs;  ///< one, or as many as a preserved signature names; none if it is not known
    std::string no_output;            ///< why it is not known: "several of its tensors are used outside of it"
};

/// "h.0.attn", or "h.0.attn@1" for the second call.
inline std::string path_of_call(const ModuleCall& call) {
    return call.call == 0 ? call.path : call.path + "@" + std::to_string(call.call);
}

/// Reads the modules' calls out of a graph.
class ModuleReader {
public:
    explicit ModuleReader(ExportedGraph& graph) : graph_(graph) {}

    /// The calls, in the order of the modules. Operators that return what they are given have taken over its name when the
    /// model was exported: whoever uses that name outside of their module is given the source again.
    std::vector<ModuleUse> read() {
        collect_nodes();
        give_sources_back();
        collect_users();
        std::vector<ModuleUse> uses;
        for (const std::string& path : graph_.modules)
            for (std::size_t call = 0;; ++call) {
                const auto found = nodes_.find({path, call});
                if (found == nodes_.end()) break;
                ModuleUse use{found->first, found->second, {}, {}, {}};
                find_inputs(use);
                find_outputs(use);
                uses.push_back(std::move(use));
            }
        return uses;
    }

private:
    void collect_nodes() {
        for (std::size_t n = 0; n < graph_.nodes.size(); ++n)
            for (const ModuleCall& call : graph_.nodes[n].modules) {
                nodes_[call].push_back(n);
                if (gives_tensor(graph_.nodes[n])) last_[call] = n;
            }
    }
    bool is_tensor(ValueIndex value) const { return value != no_value && graph_.values[value].meta.has_value(); }
    bool gives_tensor(const ExportedNode& node) const {
        for (const ExportedResult& result : node.results)
            for (const ValueIndex value : result.values)
                if (is_tensor(value)) return true;
        return false;
    }

    template <class F>
    static void for_each_item(ExportedNode& node, const F& f) {
        for (ExportedArgument& argument : node.arguments)
            for (ExportedItem& item : argument.items)
                if (item.value != no_value) f(item);
    }
    static bool is_inside(const ExportedNode& node, const ModuleCall& call) {
        return std::find(node.modules.begin(), node.modules.end(), call) != node.modules.end();
    }

    // Operators that return their input ------------------------------------------------------------------------

    /// The value that the node returns as it is; none if it makes something else.
    ValueIndex passed_on(const ExportedNode& node) const {
        if (!may_return_its_input(operator_name(node.target)) || node.arguments.empty() || node.results.size() != 1 ||
            node.results.front().is_list)
            return no_value;
        const std::string_view name = operator_name(node.target);
        if (name == "einsum" || name == "_unsafe_view" || name == "reshape") return no_value;
        const ExportedArgument& given = node.arguments.front();
        if (given.is_list || given.items.front().value == no_value) return no_value;
        const ValueIndex source = given.items.front().value, result = node.results.front().values.front();
        if (!is_tensor(source) || !is_tensor(result)) return no_value;
        const TensorMeta &was = *graph_.values[source].meta, &is = *graph_.values[result].meta;
        if (was.dtype != is.dtype || was.device != is.device || was.sizes != is.sizes || was.strides != is.strides)
            return no_value;
        for (const ExportedArgument& argument : node.arguments)
            if ((argument.name == "train" || argument.name == "copy") && argument.items.front().constant.isBool() &&
                argument.items.front().constant.toBool())
                return no_value;
        return source;
    }

    void give_sources_back() {
        collect_users();
        for (std::size_t n = graph_.nodes.size(); n-- > 0;) {
            const ExportedNode& node = graph_.nodes[n];
            const ValueIndex source = passed_on(node);
            if (source == no_value) continue;
            const ValueIndex result = node.results.front().values.front();
            sources_.emplace(result, source);
            for (const std::size_t user : users_[result]) {
                if (user == n || !reads_source(n, graph_.nodes[user])) continue;
                for_each_item(graph_.nodes[user], [&](ExportedItem& item) {
                    if (item.value == result) item.value = source;
                });
                users_[source].push_back(user);
            }
            const ExportedNode result_of_model;  // outside of every module
            if (reads_source(n, result_of_model))
                for (ExportedOutput& output : graph_.outputs)
                    if (output.item.value == result) output.item.value = source;
        }
    }
    /// Whether this user of what node n passes on lies outside of a module that was given the source and does not return
    /// it: that does not end with node n, or whose signature, if it was preserved, does not name its result.
    bool reads_source(std::size_t n, const ExportedNode& user) const {
        const ExportedNode& node = graph_.nodes[n];
        const std::size_t made = graph_.values[node.arguments.front().items.front().value].defined_by;
        const ValueIndex result = node.results.front().values.front();
        return std::any_of(node.modules.begin(), node.modules.end(), [&](const ModuleCall& call) {
            if (is_inside(user, call) || (made != no_node && is_inside(graph_.nodes[made], call))) return false;
            const ModuleSignature* const signature = signature_of(call);
            if (!signature) return last_.at(call) != n;
            return std::find(signature->outputs.begin(), signature->outputs.end(), result) == signature->outputs.end();
        });
    }
    /// What a signature of a call names, or its source if the name is that of an identity in a module within.
    ValueIndex named_outside(ValueIndex value, const ModuleCall& call) const {
        for (auto source = sources_.find(value); source != sources_.end(); source = sources_.find(value)) {
            const std::size_t n = graph_.values[value].defined_by;
            const auto& around = graph_.nodes[n].modules;
            const auto place = std::find(around.begin(), around.end(), call);
            if (place == around.end()) break;
            ExportedNode user;  // in the call itself
            user.modules.assign(around.begin(), place + 1);
            if (!reads_source(n, user)) break;
            value = source->second;
        }
        return value;
    }

    // Inputs and outputs ----------------------------------------------------------------------------------------

    void collect_users() {
        users_.assign(graph_.values.size(), {});
        for (std::size_t n = 0; n < graph_.nodes.size(); ++n)
            for_each_item(graph_.nodes[n], [&](const ExportedItem& item) { users_[item.value].push_back(n); });
        returned_.clear();
        for (const ExportedOutput& output : graph_.outputs)
            if (output.item.value != no_value) returned_.insert(output.item.value);
        weights_.clear();
        for (const ExportedInput& input : graph_.inputs)
            if (input.kind == ExportedInput::Kind::weight) weights_.insert(input.value);
        // What an operator that writes into a weight returns is that weight: RWKV divides some before it uses them.
        for (const ExportedNode& node : graph_.nodes)
            if (const ValueIndex written = written_by(node); weights_.contains(written))
                for (const ExportedResult& result : node.results)
                    weights_.insert(result.values.begin(), result.values.end());
    }
    /// The value that an operator such as `div_` writes into and returns.
    static ValueIndex written_by(const ExportedNode& node) {
        const std::string_view name = operator_name(node.target);
        const bool writes = name.size() > 1 && name.back() == '_' && name[name.size() - 2] != '_';
        if (!writes || node.arguments.empty() || node.arguments.front().items.empty()) return no_value;
        return node.arguments.front().items.front().value;
    }

    const ModuleSignature* signature_of(const ModuleCall& call) const {
        const auto found = graph_.signatures.find(path_of_call(call));
        return found == graph_.signatures.end() ? nullptr : &found->second;
    }
    void find_inputs(ModuleUse& use) {
        std::vector<ValueIndex> read;
        for (const std::size_t n : use.nodes)
            for_each_item(graph_.nodes[n], [&](const ExportedItem& item) {
                const std::size_t made = graph_.values[item.value].defined_by;
                const bool is_outside = made == no_node || !is_inside(graph_.nodes[made], use.call);
                if (is_outside && is_tensor(item.value) && !weights_.contains(item.value) &&
                    std::find(read.begin(), read.end(), item.value) == read.end())
                    read.push_back(item.value);
            });
        const ModuleSignature* signature = signature_of(use.call);
        if (!signature) {
            // Activations and ids come before positions and masks, as arguments do, whatever is read first.
            std::stable_partition(read.begin(), read.end(), [&](ValueIndex value) {
                return at::isFloatingType(graph_.values[value].meta->dtype) || chooses_embeddings(value, use.call);
            });
            use.inputs = std::move(read);
            return;
        }
        // A signature names arguments that the module does not read as well, and some by the name of an identity.
        for (ValueIndex given : signature->inputs) {
            const auto is_read = [&] { return std::find(read.begin(), read.end(), given) != read.end(); };
            while (given != no_value && !is_read()) {
                const auto source = sources_.find(given);
                given = source == sources_.end() ? no_value : source->second;
            }
            if (given != no_value && std::find(use.inputs.begin(), use.inputs.end(), given) == use.inputs.end())
                use.inputs.push_back(given);
        }
    }

    /// Whether a module looks up embeddings by this value, or by another shape of it.
    bool chooses_embeddings(ValueIndex value, const ModuleCall& call) const {
        constexpr std::array shaping{std::string_view("view"),       std::string_view("reshape"),
                                     std::string_view("flatten"),    std::string_view("squeeze"),
                                     std::string_view("unsqueeze"),  std::string_view("to"),
                                     std::string_view("contiguous"), std::string_view("clone")};
        return std::any_of(users_[value].begin(), users_[value].end(), [&](std::size_t user) {
            const ExportedNode& node = graph_.nodes[user];
            const std::string_view name = operator_name(node.target);
            if (!is_inside(node, call)) return false;
            if (name == "embedding") return true;
            return std::find(shaping.begin(), shaping.end(), name) != shaping.end() &&
                   std::any_of(node.results.begin(), node.results.end(), [&](const ExportedResult& result) {
                       return std::any_of(result.values.begin(), result.values.end(),
                                          [&](ValueIndex made) { return chooses_embeddings(made, call); });
                   });
        });
    }

    void find_outputs(ModuleUse& use) {
        if (const ModuleSignature* signature = signature_of(use.call)) {
            for (const ValueIndex value : signature->outputs)
                if (is_tensor(value)) use.outputs.push_back(named_outside(value, use.call));
            if (use.outputs.empty()) use.no_output = "it returns no tensor";
            return;
        }
        std::vector<ValueIndex> used, last;
        for (const std::size_t n : use.nodes)
            for (const ExportedResult& result : graph_.nodes[n].results)
                for (const ValueIndex value : result.values) {
                    if (!is_tensor(value)) continue;
                    const auto is_outside = [&](std::size_t user) { return !is_inside(graph_.nodes[user], use.call); };
                    if (returned_.contains(value) ||
                        std::any_of(users_[value].begin(), users_[value].end(), is_outside))
                        used.push_back(value);
                    if (n == last_of(use.call)) last.push_back(value);
                }
        if (used.empty()) used = last;  // what it returns is not used
        if (used.size() == 1)
            use.outputs = used;
        else if (used.empty())
            use.no_output = "it makes no tensor";
        else
            use.no_output = "several of its tensors are used outside of it, and the file does not say which it returns";
    }
    std::size_t last_of(const ModuleCall& call) const {
        const auto found = last_.find(call);
        return found == last_.end() ? no_node : found->second;
    }

    ExportedGraph& graph_;
    std::map<ModuleCall, std::vector<std::size_t>> nodes_;
    std::map<ModuleCall, std::size_t> last_;  ///< the last node that makes a tensor
    std::vector<std::vector<std::size_t>> users_;
    std::map<ValueIndex, ValueIndex> sources_;  ///< what identities pass on, by their results
    std::set<ValueIndex> returned_, weights_;
};

}  // namespace suture::detail
