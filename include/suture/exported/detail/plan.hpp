// What runs when an exported model is called: its nodes in order, with the sites at which hooks may wait between them.
// Law: a plan with sites and one without give the same results, and every value is let go after its last use.
#pragma once

#include "suture/exported/detail/aliases.hpp"
#include "suture/exported/detail/graph.hpp"
#include "suture/exported/detail/operators.hpp"
#include "suture/hook/site.hpp"
#include "suture/tensor/torch.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// A place in the graph at which hooks may wait.
struct ExportedPort {
    enum class Where : unsigned char {
        output,    ///< behind a node: everything later reads what the hooks leave
        input,     ///< of a call of a module: only the nodes in it read that
        argument,  ///< of one node: only that node reads it
    };
    Where where = Where::output;
    ValueIndex value = 0;
    std::size_t node = no_node;  ///< behind which, or whose argument
    ModuleCall call;             ///< of an input; of the model itself, the empty path
    std::size_t depth = 0;       ///< modules around it: of several outputs behind one node, the innermost comes first
    std::size_t result = no_value;  ///< of an output of the model itself: which
    Site site;
};

struct PlanItem {
    std::size_t slot = no_value;
    bool is_last = false;  ///< nothing reads the slot after this
    c10::IValue constant;
};
struct PlanArgument {
    PreparedArgument::How how = PreparedArgument::How::constant;
    c10::IValue constant;
    std::vector<PlanItem> items;
};
struct PlanResult {
    bool is_list = false;
    std::vector<std::size_t> slots;  ///< no_value for what nothing reads
};

/// An attention, to be computed by whoever runs the plan: softmax(scale q k^T) v up to each query's own position. The values
/// are [batch, heads, positions, head width].
struct ExportedAttention {
    ValueIndex query = no_value, key = no_value, value = no_value;
    bool is_key_transposed = false;  ///< [batch, heads, head width, positions]
    double scale = 1;
};

/// A node, a site that a value passes, or an attention in place of the node that ends it.
struct PlanStep {
    const ExportedNode* node = nullptr;
    const PreparedNode* prepared = nullptr;
    std::vector<PlanArgument> arguments;
    std::vector<PlanResult> results;

    const ExportedAttention* attention = nullptr;  ///< its arguments are query, key and value

    const ExportedPort* port = nullptr;
    PlanItem from;
    std::size_t to = no_value;
    bool is_written_later = false;  ///< a later node writes into the storage of the value
    bool is_read_by_others =
        false;  ///< and reads it under another name, so that the value cannot be exchanged for a copy
};

struct ExportedPlan {
    std::vector<PlanStep> steps;
    std::size_t slots = 0;
    std::vector<PlanItem> outputs;
    std::vector<std::pair<std::size_t, at::Tensor>>
        copied_weights;  ///< those that a node writes: each pass has its own
    /// Whether no result shares storage with an input or a weight, and no node computes gradients on its own account. Then a
    /// pass without gradients may leave autograd out altogether: nobody sees which tensors are views.
    bool is_self_contained = false;
    bool has_sites = false;        ///< hooks may run between the nodes
    std::vector<bool> is_written;  ///< by slot of an input of the user: a pass must not write into the user's tensor
};

/// The part of a graph that a plan runs, if not all of it: the nodes that give some values, without those that give what is
/// known already.
struct PlanPart {
    std::vector<ValueIndex> known, wanted;
    const std::map<std::size_t, ExportedAttention>* attentions = nullptr;  ///< by the node that ends them
};

/// Makes plans of a graph.
class PlanMaker {
public:
    PlanMaker(const ExportedGraph& graph, const std::vector<PreparedNode>& prepared, const ExportedAliases& aliases,
              const std::map<ValueIndex, at::Tensor>& weights)
        : graph_(graph), prepared_(prepared), aliases_(aliases), weights_(weights) {}

    ExportedPlan plan(const std::vector<const ExportedPort*>& ports) {
        begin(ports);
        for (std::size_t n = 0; n < graph_.nodes.size(); ++n) add_node_and_ports(n);
        for (const ExportedOutput& output : graph_.outputs)
            plan_.outputs.push_back(item(output.item, output.item.value));
        for (const ExportedPort* port : at_end_) add_port_of_result(*port, plan_.outputs[port->result]);
        plan_.is_self_contained = is_self_contained();
        plan_.has_sites = !ports.empty();
        mark_last_reads();
        return std::move(plan_);
    }
    /// A plan of a part of the graph, whose outputs are the wanted values.
    ExportedPlan plan(const std::vector<const ExportedPort*>& ports, const PlanPart& part) {
        begin(ports);
        attentions_ = part.attentions;
        const std::vector<bool> is_needed = needed_nodes(part);
        for (std::size_t n = 0; n < graph_.nodes.size(); ++n)
            if (is_needed[n]) add_node_and_ports(n);
        for (const ValueIndex value : part.wanted) plan_.outputs.push_back(item({value, {}}, value));
        for (const ExportedPort* port : at_end_)
            for (PlanItem& output : plan_.outputs)
                if (output.slot == port->value) add_port_of_result(*port, output);
        for (const ValueIndex value : part.known) plan_.is_written[value] = aliases_.is_written(value);
        attentions_ = nullptr;
        mark_last_reads();
        return std::move(plan_);
    }

    /// Which nodes give the wanted values, or write into what these nodes read.
    std::vector<bool> needed_nodes(const PlanPart& part) const {
        std::vector<bool> is_needed(graph_.nodes.size()), is_known(graph_.values.size()),
            is_wanted(graph_.values.size()), is_class_wanted(graph_.values.size());
        for (const ValueIndex value : part.known) is_known[value] = true;
        const auto want = [&](ValueIndex value) {
            if (value == no_value || is_known[value]) return;
            is_wanted[value] = is_class_wanted[aliases_.of(value)] = true;
        };
        for (const ValueIndex value : part.wanted) want(value);
        for (std::size_t n = graph_.nodes.size(); n-- > 0;) {
            const ExportedNode& node = graph_.nodes[n];
            bool gives_wanted = false, gives_known = false;
            for (const ExportedResult& result : node.results)
                for (const ValueIndex value : result.values) {
                    if (value == no_value) continue;
                    gives_wanted |= is_wanted[value];
                    gives_known |= is_known[value];
                }
            const ValueIndex written = aliases_.written_by(n);
            const bool writes_wanted = written != no_value && is_class_wanted[aliases_.of(written)] && !gives_known;
            if (!gives_wanted && !writes_wanted) continue;
            is_needed[n] = true;
            if (const ExportedAttention* attention = attention_at(n, part.attentions)) {
                for (const ValueIndex value : {attention->query, attention->key, attention->value}) want(value);
                continue;
            }
            for (const ExportedArgument& argument : node.arguments)
                for (const ExportedItem& each : argument.items) want(each.value);
        }
        return is_needed;
    }

private:
    bool is_self_contained() const {
        for (const ExportedNode& node : graph_.nodes)
            if (node.mode.grad.value_or(false)) return false;
        std::set<std::size_t> given;
        for (const ExportedInput& input : graph_.inputs)
            if (input.kind != ExportedInput::Kind::constant) given.insert(aliases_.of(input.value));
        return std::none_of(graph_.outputs.begin(), graph_.outputs.end(), [&](const ExportedOutput& output) {
            return output.item.value != no_value && given.contains(aliases_.of(output.item.value));
        });
    }

    static const ExportedAttention* attention_at(std::size_t n,
                                                 const std::map<std::size_t, ExportedAttention>* attentions) {
        if (attentions == nullptr) return nullptr;
        const auto found = attentions->find(n);
        return found == attentions->end() ? nullptr : &found->second;
    }

    void begin(const std::vector<const ExportedPort*>& ports) {
        plan_ = {};
        plan_.slots = graph_.values.size();
        plan_.is_written.resize(plan_.slots);
        find_last_reads();
        for (const auto& [value, tensor] : weights_)
            if (aliases_.is_written(value)) plan_.copied_weights.emplace_back(value, tensor);
        for (const ExportedInput& input : graph_.inputs)
            if (input.kind == ExportedInput::Kind::user)
                plan_.is_written[input.value] = aliases_.is_written(input.value);
        sort(ports);
    }
    void add_node_and_ports(std::size_t n) {
        add_node(n);
        for (const ExportedPort* port : behind_[n]) add_port(*port, port->value, port->value, n + 1);
    }
    /// A result of the model has a slot of its own, since two may be one value.
    void add_port_of_result(const ExportedPort& port, PlanItem& result) {
        if (result.slot == no_value) return;
        const std::size_t slot = plan_.slots++;
        add_port(port, result.slot, slot, graph_.nodes.size());
        result.slot = slot;
    }

    void sort(const std::vector<const ExportedPort*>& ports) {
        behind_.assign(graph_.nodes.size(), {});
        inputs_.clear(), arguments_.clear(), at_end_.clear(), slots_of_inputs_.clear();
        for (const ExportedPort* port : ports) {
            if (port->where == ExportedPort::Where::input)
                inputs_[{port->value, port->call}] = port;
            else if (port->where == ExportedPort::Where::argument)
                arguments_[{port->node, port->value}] = port;
            else if (port->result != no_value)
                at_end_.push_back(port);
            else
                behind_[port->node].push_back(port);
        }
        for (auto& at : behind_)
            std::stable_sort(at.begin(), at.end(),
                             [](const ExportedPort* a, const ExportedPort* b) { return a->depth > b->depth; });
    }

    void add_port(const ExportedPort& port, std::size_t from, std::size_t to, std::size_t before_node) {
        PlanStep step;
        step.port = &port;
        step.from.slot = from;
        step.to = to;
        step.is_written_later = aliases_.is_written_from(before_node, port.value);
        step.is_read_by_others = step.is_written_later && is_read_by_others(port.value, before_node);
        plan_.steps.push_back(std::move(step));
    }

    /// The slot in which a node finds a value: behind the inputs of the modules around it.
    std::size_t slot_of(ValueIndex value, std::size_t n) {
        std::size_t slot = value;
        const auto enter = [&](const ModuleCall& call) {
            const auto port = inputs_.find({value, call});
            if (port == inputs_.end()) return;
            const auto [known, is_new] = slots_of_inputs_.try_emplace({value, call}, plan_.slots);
            if (is_new) add_port(*port->second, slot, plan_.slots++, n);
            slot = known->second;
        };
        if (inputs_.empty()) return slot;
        enter({});
        for (const ModuleCall& call : graph_.nodes[n].modules) enter(call);
        return slot;
    }

    PlanItem item(const ExportedItem& given, std::size_t slot) const {
        if (given.value == no_value) return {no_value, false, given.constant};
        if (const auto weight = weights_.find(given.value);
            weight != weights_.end() && !aliases_.is_written(given.value))
            return {no_value, false, weight->second};
        return {slot, false, {}};
    }

    void add_node(std::size_t n) {
        PlanStep step;
        step.node = &graph_.nodes[n];
        step.prepared = &prepared_[n];
        if (const ExportedAttention* attention = attention_at(n, attentions_)) {
            step.attention = attention;
            PlanArgument values;
            for (const ValueIndex value : {attention->query, attention->key, attention->value})
                values.items.push_back(item({value, {}}, slot_of(value, n)));
            step.arguments.push_back(std::move(values));
            step.results.push_back({false, step.node->results.front().values});
            plan_.steps.push_back(std::move(step));
            return;
        }
        for (const PreparedArgument& argument : step.prepared->arguments) {
            PlanArgument made{argument.how, argument.constant, {}};
            if (argument.how != PreparedArgument::How::constant)
                for (const ExportedItem& each : argument.items) {
                    std::size_t slot = each.value;
                    if (slot != no_value) {
                        slot = slot_of(slot, n);
                        if (const auto port = arguments_.find({n, each.value}); port != arguments_.end()) {
                            add_port(*port->second, slot, plan_.slots, n);
                            slot = plan_.slots++;
                        }
                    }
                    made.items.push_back(item(each, slot));
                }
            // A weight is the same in every pass.
            if (made.how == PreparedArgument::How::value && made.items.front().slot == no_value) {
                made.constant = made.items.front().constant;
                made.how = PreparedArgument::How::constant;
            }
            step.arguments.push_back(std::move(made));
        }
        for (const ExportedResult& result : step.node->results) step.results.push_back({result.is_list, result.values});
        plan_.steps.push_back(std::move(step));
    }

    // Last reads ------------------------------------------------------------------------------------------------

    void find_last_reads() {
        last_read_.assign(graph_.values.size(), 0);
        for (std::size_t n = 0; n < graph_.nodes.size(); ++n)
            for (const ExportedArgument& argument : graph_.nodes[n].arguments)
                for (const ExportedItem& each : argument.items)
                    if (each.value != no_value) last_read_[each.value] = n + 1;
        for (const ExportedOutput& output : graph_.outputs)
            if (output.item.value != no_value) last_read_[output.item.value] = graph_.nodes.size() + 1;
    }
    /// Whether a node from this one on reads the storage of the value by an older name.
    bool is_read_by_others(ValueIndex value, std::size_t node) const {
        for (ValueIndex other = 0; other < graph_.values.size(); ++other) {
            if (other == value || aliases_.of(other) != aliases_.of(value) || last_read_[other] <= node) continue;
            const std::size_t made = graph_.values[other].defined_by;
            if (made == no_node || made < node) return true;
        }
        return false;
    }

    /// From the end: the first read that is met is the last.
    void mark_last_reads() {
        std::vector<bool> is_read(plan_.slots);
        const auto read = [&](PlanItem& each) {
            if (each.slot == no_value) return;
            each.is_last = !is_read[each.slot];
            is_read[each.slot] = true;
        };
        for (auto output = plan_.outputs.rbegin(); output != plan_.outputs.rend(); ++output) read(*output);
        for (auto step = plan_.steps.rbegin(); step != plan_.steps.rend(); ++step) {
            if (step->port) {
                is_read[step->to] = false;
                read(step->from);
                continue;
            }
            for (PlanResult& result : step->results)
                for (std::size_t& slot : result.slots) {
                    if (slot == no_value) continue;
                    const std::size_t made = slot;
                    if (!is_read[slot]) slot = no_value;
                    is_read[made] = false;
                }
            for (auto argument = step->arguments.rbegin(); argument != step->arguments.rend(); ++argument)
                for (auto each = argument->items.rbegin(); each != argument->items.rend(); ++each) read(*each);
        }
    }

    const ExportedGraph& graph_;
    const std::vector<PreparedNode>& prepared_;
    const ExportedAliases& aliases_;
    const std::map<ValueIndex, at::Tensor>& weights_;
    ExportedPlan plan_;
    const std::map<std::size_t, ExportedAttention>* attentions_ = nullptr;
    std::vector<std::vector<const ExportedPort*>> behind_;  ///< by node
    std::vector<const ExportedPort*> at_end_;
    std::map<std::pair<ValueIndex, ModuleCall>, const ExportedPort*> inputs_;
    std::map<std::pair<std::size_t, ValueIndex>, const ExportedPort*> arguments_;
    std::map<std::pair<ValueIndex, ModuleCall>, std::size_t> slots_of_inputs_;
    std::vector<std::size_t> last_read_;  ///< one behind the node that reads the value last
};

}  // namespace suture::detail
