// The graph of an exported model as its file describes it: values, nodes, and the modules that the nodes belong to.
// Sub-graphs that only switch a mode have been inlined, so a graph is one list of nodes in the order in which they run.
#pragma once

#include "suture/exported/detail/scalar_types.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/core/ivalue.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace suture::detail {

/// The index of a value in the graph; of a value that is not there, `no_value`.
using ValueIndex = std::size_t;
inline constexpr ValueIndex no_value = static_cast<ValueIndex>(-1);
inline constexpr std::size_t no_node = static_cast<std::size_t>(-1);

/// What is known of a value before the model runs.
struct ExportedValue {
    std::string name;                  ///< "linear_3", as in Python's `print(program)`
    std::optional<TensorMeta> meta;    ///< of a tensor: as it was when the model was exported
    std::size_t defined_by = no_node;  ///< the node; none for the graph's inputs
};

/// One value or constant in an argument.
struct ExportedItem {
    ValueIndex value = no_value;
    c10::IValue constant;  ///< stands in place of a value
};

/// An argument of a node: one item, or a list of them.
struct ExportedArgument {
    std::string name;  ///< as in the operator's schema; empty where an operator of Python has none
    std::string kind;  ///< as the file has it: "as_tensors"
    bool is_list = false;
    std::vector<ExportedItem> items;
};

/// A result of a node: a value, or the values of a list. A value that nothing uses may be missing.
struct ExportedResult {
    bool is_list = false;
    std::vector<ValueIndex> values;
};

/// A call of a module: the first call of "h.0.attn" is {"h.0.attn", 0}.
struct ModuleCall {
    std::string path;
    std::size_t call = 0;
    friend bool operator==(const ModuleCall& a, const ModuleCall& b) { return a.call == b.call && a.path == b.path; }
    friend bool operator<(const ModuleCall& a, const ModuleCall& b) {
        return a.path != b.path ? a.path < b.path : a.call < b.call;
    }
};

/// The mode that a sub-graph switched for the nodes in it.
struct ExportedAutocast {
    c10::DeviceType device;
    bool is_enabled;
    std::optional<at::ScalarType> dtype;
};
struct ExportedMode {
    std::optional<bool> grad;
    std::optional<ExportedAutocast> autocast;
};

struct ExportedNode {
    std::string name, target;  ///< "linear_3", "torch.ops.aten.linear.default"
    std::vector<ExportedArgument> arguments;
    std::vector<ExportedResult> results;
    std::vector<ModuleCall> modules;  ///< outermost first, the model itself left out
    std::string source;               ///< the innermost line of Python: "modeling_gpt2.py:134"
    ExportedMode mode;

    /// "h.0.attn.c_attn", or "" for the model's own forward.
    const std::string& path() const {
        static const std::string model;
        return modules.empty() ? model : modules.back().path;
    }
    /// "node addmm_3 (torch.ops.aten.addmm.default) of h.0.attn.c_attn, pytorch_utils.py:118".
    std::string text() const {
        return "node " + name + " (" + target + ")" + (path().empty() ? "" : " of " + path()) +
               (source.empty() ? "" : ", " + source);
    }
};

/// What fills an input of the graph.
struct ExportedInput {
    enum class Kind : unsigned char { weight, user, constant };
    enum class Number : unsigned char { none, integer, real, boolean };
    Kind kind = Kind::user;
    Number number = Number::none;  ///< of an input of the user that is not a tensor
    std::string name;              ///< of a weight, "h.0.attn.c_attn.weight"; of an input of the user, "input_ids"
    ValueIndex value = 0;          ///< none for a constant
    c10::IValue constant;          ///< an argument that was no tensor when the model was exported, and is fixed since
};

/// What the model returns, under the name that its result gives it: "logits".
struct ExportedOutput {
    std::string name;
    ExportedItem item;
};

/// The range of a size that is not fixed, by its symbol.
struct SizeRange {
    std::int64_t least = 0;
    std::optional<std::int64_t> most;
};

/// The tensors that a module takes and returns, for one whose signature was preserved.
struct ModuleSignature {
    std::vector<ValueIndex> inputs, outputs;
};

struct ExportedGraph {
    std::vector<ExportedValue> values;
    std::vector<ExportedNode> nodes;
    std::vector<ExportedInput> inputs;
    std::vector<ExportedOutput> outputs;
    std::vector<std::string> modules;  ///< the paths of all modules that were called, in the order of the first call
    std::map<std::string, ModuleSignature> signatures;  ///< by path, of some modules
    std::map<std::string, SizeRange> ranges;            ///< by symbol, "s72"
    std::string torch_version;

    std::vector<std::string> output_names() const {
        std::vector<std::string> names;
        for (const ExportedOutput& output : outputs) names.push_back(output.name);
        return names;
    }
};

}  // namespace suture::detail
