// Reads the graph of an exported model from the text of its model.json. Nothing in it is believed before it is checked.
// Law: every value is defined once and before it is used; whatever else the text holds, the result is a FileError.
// Format: torch/_export/serde/schema.py of PyTorch, major version 8.
#pragma once

#include "suture/exported/detail/fields.hpp"
#include "suture/exported/detail/graph.hpp"
#include "suture/exported/detail/names_in_result.hpp"
#include "suture/exported/detail/record_json.hpp"
#include "suture/exported/detail/scalar_types.hpp"
#include "suture/file/detail/file_errors.hpp"
#include "suture/tensor/torch.hpp"
#include "suture/text/visible_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail {

/// Reads one model.json.
class GraphReader {
    using Json = nlohmann::json;
    using Names = std::map<std::string, ValueIndex>;

public:
    /// @throws FileError, without the path
    static ExportedGraph read(std::string_view text) { return GraphReader().program(strict_json(text)); }

private:
    static constexpr int schema_major = 8;
    static constexpr std::size_t deepest_graph = 16;
    ExportedGraph program(const Json& json) {
        const Json& version = member(json, "schema_version", "the model");
        if (const auto major = integer(member(version, "major", "schema_version")); major != schema_major)
            refuse_file("has version " + std::to_string(major) + " of the format, and " + std::to_string(schema_major) +
                            " can be read",
                        export_again);
        graph_.torch_version = optional_text(json, "torch_version");
        read_ranges(json);
        const Json& module = member(json, "graph_module", "the model");
        read_modules(list(member(module, "module_call_graph", "graph_module")));
        const Json& graph = member(module, "graph", "graph_module");
        Names names;
        inputs(member(module, "signature", "graph_module"), graph, names);
        nodes(graph, names, {}, 0);
        outputs(member(module, "signature", "graph_module"), graph, names);
        output_names(list(member(module, "module_call_graph", "graph_module")), module);
        read_signatures(list(member(module, "module_call_graph", "graph_module")), names);
        return std::move(graph_);
    }

    // Sizes ---------------------------------------------------------------------------------------------------

    void read_ranges(const Json& json) {
        const auto found = json.find("range_constraints");
        if (found == json.end() || !found->is_object()) return;
        for (const auto& [symbol, range] : found->items()) {
            SizeRange read;
            if (const auto least = range.find("min_val"); least != range.end() && least->is_number_integer())
                read.least = least->get<std::int64_t>();
            if (const auto most = range.find("max_val"); most != range.end() && most->is_number_integer())
                read.most = most->get<std::int64_t>();
            graph_.ranges.emplace(symbol, read);
        }
    }

    // Modules -------------------------------------------------------------------------------------------------

    void read_modules(const Json& calls) {
        for (const Json& call : calls) {
            const std::string path = text(member(call, "fqn", "module_call_graph"));
            known_paths_.insert(without_call(path));
            if (!path.empty() && path == without_call(path)) graph_.modules.push_back(path);
        }
    }
    /// The path of "h.0.attn@1", whose module is called for the second time.
    static std::string without_call(const std::string& path) { return path.substr(0, call_mark(path)); }
    /// Where the mark of a further call begins, or npos: "@" and digits at the end.
    static std::size_t call_mark(std::string_view path) {
        const std::size_t at = path.rfind('@');
        if (at == path.npos || at + 1 == path.size()) return path.npos;
        const std::string_view digits = path.substr(at + 1);
        return digits.size() < 9 && digits.find_first_not_of("0123456789") == digits.npos ? at : path.npos;
    }
    static std::size_t call_number(const std::string& path) {
        const std::size_t at = call_mark(path);
        return at == path.npos ? 0 : std::stoul(path.substr(at + 1));
    }

    /// "key,path,type;key,path,type", outermost first. A key ends in "@1" in the second call of its module.
    std::vector<ModuleCall> module_stack(const std::string& stack, const std::string& node) const {
        std::vector<ModuleCall> calls;
        if (stack.find("_empty_nn_module_stack") != stack.npos) return calls;
        for (std::size_t begin = 0; begin < stack.size();) {
            const std::size_t end = std::min(stack.find(';', begin), stack.size());
            const std::string entry = stack.substr(begin, end - begin);
            begin = end + 1;
            const std::size_t first = entry.find(','), last = entry.rfind(',');
            const std::string path =
                first == entry.npos || first == last ? "" : entry.substr(first + 1, last - first - 1);
            if (first == entry.npos || first == last || path.find(',') != path.npos || !known_paths_.contains(path))
                refuse_file("node " + shown(node) + " belongs to a module " + shown(entry) +
                                ", which is not among the modules that were called",
                            "name modules without commas, semicolons and \"@\", and export the model again");
            if (!path.empty()) calls.push_back({path, call_number(entry.substr(0, first))});
        }
        return calls;
    }

    // Values --------------------------------------------------------------------------------------------------

    ValueIndex define(const std::string& name, Names& names, std::size_t node) {
        if (!names.emplace(name, graph_.values.size()).second)
            refuse_file("value " + shown(name) + " is defined twice", export_again);
        graph_.values.push_back({name, {}, node});
        return graph_.values.size() - 1;
    }
    static ValueIndex use(const std::string& name, const Names& names, const std::string& where) {
        const auto found = names.find(name);
        if (found == names.end())
            refuse_file(where + " uses " + shown(name) + ", which nothing before it defines", export_again);
        return found->second;
    }
    static std::string shown(const std::string& name) { return in_quotes(name.substr(0, 80)); }

    void describe_values(const Json& graph, const Names& names) {
        const Json& metas = member(graph, "tensor_values", "graph");
        if (!metas.is_object()) refuse_file("tensor_values is not an object", export_again);
        for (const auto& [name, index] : names)
            if (const auto meta = metas.find(name); meta != metas.end() && !graph_.values[index].meta)
                graph_.values[index].meta = naming("value " + shown(name), [&] { return read_tensor_meta(*meta); });
    }

    // Arguments -----------------------------------------------------------------------------------------------

    static const std::pair<std::string, const Json&> only_field(const Json& json, const std::string& where) {
        if (!json.is_object() || json.size() != 1) refuse_file(where + " is not one field of a union", export_again);
        return {json.begin().key(), json.begin().value()};
    }

    static double number(const Json& json) {
        if (json.is_number()) return json.get<double>();
        const std::string written = text(json);
        if (written == "Infinity") return std::numeric_limits<double>::infinity();
        if (written == "-Infinity") return -std::numeric_limits<double>::infinity();
        if (written == "NaN") return std::numeric_limits<double>::quiet_NaN();
        refuse_file(shown(written) + " is not a number", export_again);
    }
    /// A union {"as_int": 3}, or the name of a value, in a list or alone.
    static ExportedItem item(const std::string& kind, const Json& json, const Names& names, const std::string& where) {
        const auto named = [&](const Json& name) { return ExportedItem{use(text(name), names, where), {}}; };
        if (kind == "as_none") return {};
        if (kind == "as_tensor") return named(member(json, "name", where));
        if (kind == "as_name") return named(json);
        if (kind == "as_int") return {no_value, integer(json)};
        if (kind == "as_float") return {no_value, number(json)};
        if (kind == "as_bool") return {no_value, boolean(json)};
        if (kind == "as_string") return {no_value, text(json)};
        if (kind == "as_scalar_type") return {no_value, static_cast<std::int64_t>(exported_scalar_type(integer(json)))};
        if (kind == "as_layout") return {no_value, static_cast<std::int64_t>(exported_layout(integer(json)))};
        if (kind == "as_memory_format")
            return {no_value, static_cast<std::int64_t>(exported_memory_format(integer(json)))};
        if (kind == "as_device") return {no_value, read_device(json)};
        if (kind == "as_sym_int" || kind == "as_sym_float" || kind == "as_sym_bool" || kind == "as_optional_tensor") {
            const auto [inner, value] = only_field(json, where);
            return item(inner, value, names, where);
        }
        refuse_file(where + " has an argument of the kind " + shown(kind) + ", which cannot be run",
                    "write the module in Python without it and export the model again");
    }

    static ExportedArgument argument(const std::string& name, const Json& json, const Names& names,
                                     const std::string& where) {
        const auto given = only_field(json, where);
        const std::string& kind = given.first;
        const Json& value = given.second;
        ExportedArgument read{name, kind, /*is_list=*/true, {}};
        const auto add_all = [&](const auto& to_item) {
            for (const Json& each : list(value)) read.items.push_back(to_item(each));
        };
        if (kind == "as_tensors")
            add_all([&](const Json& each) { return item("as_tensor", each, names, where); });
        else if (kind == "as_ints")
            add_all([&](const Json& each) { return item("as_int", each, names, where); });
        else if (kind == "as_floats")
            add_all([&](const Json& each) { return item("as_float", each, names, where); });
        else if (kind == "as_bools")
            add_all([&](const Json& each) { return item("as_bool", each, names, where); });
        else if (kind == "as_sym_ints" || kind == "as_sym_floats" || kind == "as_sym_bools" ||
                 kind == "as_optional_tensors")
            add_all([&](const Json& each) {
                const auto [inner, inside] = only_field(each, where);
                return item(inner, inside, names, where);
            });
        else {
            read.is_list = false;
            read.items.push_back(item(kind, value, names, where));
        }
        return read;
    }

    // Nodes ---------------------------------------------------------------------------------------------------

    /// "modeling_gpt2.py:134": the file and line of the innermost frame of a Python stack trace.
    static std::string source_of(const std::string& trace) {
        const std::size_t file = trace.rfind("File \"");
        if (file == trace.npos) return {};
        const std::size_t begin = file + 6, end = trace.find('"', begin), line = trace.find("line ", begin);
        if (end == trace.npos || line == trace.npos) return {};
        const std::string path = trace.substr(begin, end - begin);
        const std::size_t number = line + 5, after = trace.find_first_not_of("0123456789", number);
        return path.substr(path.rfind('/') + 1).substr(0, 80) + ":" + trace.substr(number, after - number).substr(0, 9);
    }

    void nodes(const Json& graph, Names& names, const ExportedMode& mode, std::size_t depth) {
        for (const Json& json : list(member(graph, "nodes", "graph"))) {
            const std::string target = text(member(json, "target", "a node"));
            const std::string name = optional_text(json, "name");
            naming("node " + shown(name.empty() ? target : name),
                   [&] { node(json, name, target, names, mode, depth); });
        }
        describe_values(graph, names);
    }

    void node(const Json& json, const std::string& name, const std::string& target, Names& names,
              const ExportedMode& mode, std::size_t depth) {
        ExportedNode read;
        read.name = name, read.target = target, read.mode = mode;
        if (const auto metadata = json.find("metadata"); metadata != json.end() && metadata->is_object()) {
            read.modules = module_stack(optional_text(*metadata, "nn_module_stack"), name);
            read.source = source_of(optional_text(*metadata, "stack_trace"));
        }
        const Json& given = list(member(json, "inputs", "the node"));
        const std::string higher = "torch.ops.higher_order.";
        if (target.rfind(higher, 0) == 0)
            return inlined(json, given, target.substr(higher.size()), read, names, mode, depth);
        for (const Json& each : given) {
            const std::string argument_name = optional_text(each, "name");
            read.arguments.push_back(argument(argument_name, member(each, "arg", "an argument"), names,
                                              read.text() + ": argument " + shown(argument_name)));
        }
        for (const Json& each : list(member(json, "outputs", "the node"))) {
            const auto [kind, value] = only_field(each, "an output");
            ExportedResult result;
            if (kind == "as_tensors" || kind == "as_optional_tensors") {
                result.is_list = true;
                for (const Json& one : list(value)) {
                    const Json& tensor = kind == "as_tensors" ? one : member(one, "as_tensor", "an output");
                    result.values.push_back(define(text(member(tensor, "name", "an output")), names, node_count()));
                }
            } else if (kind == "as_none") {
                result.values.push_back(no_value);
            } else if (kind == "as_tensor") {
                result.values.push_back(define(text(member(value, "name", "an output")), names, node_count()));
            } else if (kind == "as_sym_int" || kind == "as_sym_float" || kind == "as_sym_bool") {
                result.values.push_back(define(text(member(value, "as_name", "an output")), names, node_count()));
            } else {
                refuse_file(read.text() + " has a result of the kind " + shown(kind) + ", which cannot be run",
                            "write the module in Python without it and export the model again");
            }
            read.results.push_back(std::move(result));
        }
        graph_.nodes.push_back(std::move(read));
    }
    std::size_t node_count() const { return graph_.nodes.size(); }

    /// Puts the nodes of a sub-graph into the graph: the names in it are its own.
    void inlined(const Json& json, const Json& given, const std::string& what, const ExportedNode& at, Names& names,
                 ExportedMode mode, std::size_t depth) {
        if (depth == deepest_graph) refuse_file("sub-graphs are nested deeper than " + std::to_string(depth));
        std::size_t graph_at = 0;
        while (graph_at < given.size() && !member(given[graph_at], "arg", "an argument").contains("as_graph"))
            ++graph_at;
        const auto constant = [&](std::size_t i) {
            const Json& value = member(given[i], "arg", "an argument");
            return only_field(value, "an argument");
        };
        if (what == "wrap_with_set_grad_enabled" && graph_at == 1) {
            mode.grad = boolean(member(member(given[0], "arg", "an argument"), "as_bool", "the mode"));
        } else if (what == "wrap_with_autocast" && graph_at == 4) {
            ExportedAutocast cast{c10::Device(text(constant(0).second)).type(), boolean(constant(2).second), {}};
            if (constant(1).first == "as_scalar_type") cast.dtype = exported_scalar_type(integer(constant(1).second));
            mode.autocast = cast;
        } else {
            refuse_file(at.text() + " runs a sub-graph that chooses what to compute",
                        "rewrite it in Python with torch.where or without the branch, and export the model again");
        }
        const Json& graph = member(member(member(given[graph_at], "arg", "an argument"), "as_graph", "a sub-graph"),
                                   "graph", "a sub-graph");
        Names inner;
        const Json& takes = list(member(graph, "inputs", "a sub-graph"));
        if (takes.size() != given.size() - graph_at - 1)
            refuse_file("its sub-graph takes " + std::to_string(takes.size()) + " values and is given " +
                        std::to_string(given.size() - graph_at - 1));
        for (std::size_t i = 0; i < takes.size(); ++i) {
            const ExportedArgument passed = argument({}, member(given[graph_at + 1 + i], "arg", "an argument"), names,
                                                     "argument " + std::to_string(i));
            if (passed.is_list || passed.items.front().value == no_value)
                refuse_file("its sub-graph is given a constant or a list, which cannot be run", export_again);
            if (!inner.emplace(value_name(takes[i]), passed.items.front().value).second)
                refuse_file("its sub-graph takes " + shown(value_name(takes[i])) + " twice");
        }
        nodes(graph, inner, mode, depth + 1);
        std::vector<std::string> results;
        for (const Json& each : list(member(json, "outputs", "the node"))) {
            const auto [kind, value] = only_field(each, "an output");
            if (kind == "as_tensors")
                for (const Json& one : list(value)) results.push_back(text(member(one, "name", "an output")));
            else
                results.push_back(value_name(each));
        }
        const Json& gives = list(member(graph, "outputs", "a sub-graph"));
        if (gives.size() != results.size())
            refuse_file("its sub-graph gives " + std::to_string(gives.size()) + " values where " +
                        std::to_string(results.size()) + " are expected");
        for (std::size_t i = 0; i < results.size(); ++i)
            if (!names.emplace(results[i], use(value_name(gives[i]), inner, "its sub-graph")).second)
                refuse_file("value " + shown(results[i]) + " is defined twice", export_again);
    }
    /// The name in {"as_tensor": {"name": ...}} or {"as_sym_int": {"as_name": ...}}.
    static std::string value_name(const Json& json) {
        const auto [kind, value] = only_field(json, "a value");
        if (kind == "as_tensor") return text(member(value, "name", "a value"));
        if (kind == "as_sym_int" || kind == "as_sym_float" || kind == "as_sym_bool")
            return text(member(value, "as_name", "a value"));
        refuse_file("a value of the kind " + shown(kind) + " stands where a tensor is expected", export_again);
    }

    // Signature -----------------------------------------------------------------------------------------------

    void inputs(const Json& signature, const Json& graph, Names& names) {
        for (const Json& spec : list(member(signature, "input_specs", "signature"))) {
            const auto [kind, what] = only_field(spec, "an input");
            ExportedInput read;
            read.kind = ExportedInput::Kind::weight;
            const auto value = [&](const Json& arg) {
                return define(text(member(arg, "name", "an input")), names, no_node);
            };
            if (kind == "parameter" || kind == "buffer" || kind == "tensor_constant") {
                read.name = text(member(what, (kind + "_name").c_str(), "an input"));
                read.value = value(member(what, "arg", "an input"));
            } else if (kind == "user_input") {
                read.kind = ExportedInput::Kind::user;
                const auto [given, arg] = only_field(member(what, "arg", "an input"), "an input");
                if (given == "as_tensor" || given == "as_sym_int" || given == "as_sym_float" ||
                    given == "as_sym_bool") {
                    read.name = value_name(member(what, "arg", "an input"));
                    read.value = define(read.name, names, no_node);
                    read.number = given == "as_sym_int"     ? ExportedInput::Number::integer
                                  : given == "as_sym_float" ? ExportedInput::Number::real
                                  : given == "as_sym_bool"  ? ExportedInput::Number::boolean
                                                            : ExportedInput::Number::none;
                } else {
                    read.kind = ExportedInput::Kind::constant;
                    read.constant = item(given, arg, names, "an input").constant;
                }
            } else if (kind == "constant_input") {
                read.kind = ExportedInput::Kind::constant;
                read.name = text(member(what, "name", "an input"));
                const auto [given, arg] = only_field(member(what, "value", "an input"), "an input");
                read.constant = item(given, arg, names, "an input").constant;
            } else {
                refuse_file("an input is a " + shown(kind) + ", which cannot be run",
                            "write the model without it and export it again");
            }
            graph_.inputs.push_back(std::move(read));
        }
        (void)graph;
    }

    void outputs(const Json& signature, const Json& graph, const Names& names) {
        const Json& given = list(member(graph, "outputs", "graph"));
        const Json& specs = list(member(signature, "output_specs", "signature"));
        if (given.size() != specs.size())
            refuse_file("the graph has " + std::to_string(given.size()) + " outputs and its signature " +
                            std::to_string(specs.size()),
                        export_again);
        for (std::size_t i = 0; i < given.size(); ++i) {
            if (const auto [kind, what] = only_field(specs[i], "an output"); kind != "user_output")
                refuse_file("an output is a " + shown(kind) + ", which is not the model's own result",
                            "export the model without run_decompositions(), which the saved file went through");
            const auto [kind, value] = only_field(given[i], "an output");
            graph_.outputs.push_back({{}, item(kind, value, names, "an output")});
        }
    }

    void output_names(const Json& calls, const Json& module) {
        std::vector<std::string> names;
        if (!calls.empty() && calls.front().contains("signature") && calls.front()["signature"].is_object())
            names = names_in_result(optional_text(calls.front()["signature"], "out_spec"),
                                    module.value("treespec_namedtuple_fields", Json::object()));
        std::set<std::string> seen;
        for (std::size_t i = 0; i < graph_.outputs.size(); ++i) {
            std::string name = names.size() == graph_.outputs.size() ? names[i] : std::string();
            if (name.empty()) name = graph_.outputs.size() == 1 ? "output" : std::to_string(i);
            while (!seen.insert(name).second) name += "_";
            graph_.outputs[i].name = name;
        }
    }

    void read_signatures(const Json& calls, const Names& names) {
        for (const Json& call : calls) {
            const std::string path = text(member(call, "fqn", "module_call_graph"));
            const auto signature = call.find("signature");
            if (path.empty() || signature == call.end() || !signature->is_object()) continue;
            ModuleSignature read;
            const auto add = [&](const char* which, std::vector<ValueIndex>& values) {
                for (const Json& each : list(member(*signature, which, "a module's signature"))) {
                    const auto [kind, value] = only_field(each, "a module's signature");
                    const bool is_tensor = kind == "as_tensor";
                    values.push_back(is_tensor ? use(text(member(value, "name", path)), names, path) : no_value);
                }
            };
            add("inputs", read.inputs);
            add("outputs", read.outputs);
            graph_.signatures.emplace(path, std::move(read));
        }
    }

    ExportedGraph graph_;
    std::set<std::string> known_paths_;
};

}  // namespace suture::detail
