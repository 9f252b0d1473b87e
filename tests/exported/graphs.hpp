// Graphs of exported models, written as the file has them: tests build small ones, and spoil them.
#pragma once

#include "suture/exported/detail/model.hpp"
#include "suture/exported/detail/read_graph.hpp"
#include "suture/exported/detail/run.hpp"
#include "suture/tensor/torch.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace suture_test {

using Json = nlohmann::json;

inline Json tensor(const std::string& name) { return {{"as_tensor", {{"name", name}}}}; }
inline Json tensors(const std::vector<std::string>& names) {
    Json list = Json::array();
    for (const std::string& name : names) list.push_back({{"name", name}});
    return {{"as_tensors", list}};
}
inline Json number(std::int64_t value) { return {{"as_int", value}}; }
inline Json size_value(const std::string& name) { return {{"as_sym_int", {{"as_name", name}}}}; }

/// A model.json under construction. Sizes are numbers, names of symbols, or expressions of them as the file has them.
class GraphText {
public:
    using Arguments = std::vector<std::pair<std::string, Json>>;

    GraphText& input(const std::string& name, const Json& sizes, int dtype = 7) {
        describe(name, sizes, dtype);
        inputs.push_back(tensor(name));
        input_specs.push_back({{"user_input", {{"arg", tensor(name)}}}});
        return *this;
    }
    GraphText& constant(const std::string& name, const Json& value) {
        input_specs.push_back({{"constant_input", {{"name", name}, {"value", value}}}});
        return *this;
    }
    GraphText& parameter(const std::string& name, const Json& sizes) {
        std::string value = "p_" + name;
        for (char& c : value) c = c == '.' ? '_' : c;
        describe(value, sizes, 7);
        inputs.push_back(tensor(value));
        input_specs.push_back({{"parameter", {{"arg", {{"name", value}}}, {"parameter_name", name}}}});
        return *this;
    }
    GraphText& buffer(const std::string& name, const Json& sizes) {
        describe("b_" + name, sizes, 7);
        inputs.push_back(tensor("b_" + name));
        input_specs.push_back(
            {{"buffer", {{"arg", {{"name", "b_" + name}}}, {"buffer_name", name}, {"persistent", true}}}});
        return *this;
    }
    /// A node of an aten operator, "relu.default", or of the whole target; `modules` is "block;block.act".
    GraphText& node(const std::string& name, const std::string& target, const Arguments& arguments, const Json& sizes,
                    const std::string& modules = {}) {
        describe(name, sizes, 7);
        return add(name, target, arguments, Json::array({tensor(name)}), modules);
    }
    /// A node that gives a size.
    GraphText& size(const std::string& name, const std::string& target, const Arguments& arguments) {
        return add(name, target, arguments, Json::array({size_value(name)}), {});
    }
    GraphText& add(const std::string& name, const std::string& target, const Arguments& arguments, const Json& results,
                   const std::string& modules) {
        Json given = Json::array();
        for (const auto& [argument, value] : arguments)
            given.push_back({{"name", argument}, {"arg", value}, {"kind", 1}});
        const std::string whole =
            target.find("torch") == 0 || target.find('_') == 0 ? target : "torch.ops.aten." + target;
        nodes.push_back({{"target", whole},
                         {"inputs", given},
                         {"outputs", results},
                         {"metadata", {{"nn_module_stack", stack(modules)}, {"stack_trace", trace}}},
                         {"name", name}});
        return *this;
    }
    GraphText& output(const char* name) {
        outputs.push_back(tensor(name));
        output_specs.push_back({{"user_output", {{"arg", tensor(name)}}}});
        return *this;
    }
    void describe(const std::string& name, const Json& sizes, int dtype) {
        Json known = Json::array(), strides = Json::array();
        for (const Json& size : sizes) {
            if (size.is_string()) {
                std::string text = size.get<std::string>();
                if (text.find('(') == text.npos) text = "Symbol('" + text + "', positive=True, integer=True)";
                known.push_back({{"as_expr", {{"expr_str", text}}}});
            } else
                known.push_back({{"as_int", size}});
            strides.push_back({{"as_int", 1}});
        }
        tensor_values[name] = {{"dtype", dtype},
                               {"sizes", known},
                               {"requires_grad", false},
                               {"device", {{"type", "cpu"}, {"index", nullptr}}},
                               {"strides", strides},
                               {"storage_offset", {{"as_int", 0}}},
                               {"layout", 7}};
    }

    Json json() const {
        Json calls = Json::array({{{"fqn", ""}, {"signature", {{"out_spec", out_spec}}}}});
        for (const std::string& path : paths) calls.push_back({{"fqn", path}, {"signature", nullptr}});
        return {
            {"graph_module",
             {{"graph", {{"inputs", inputs}, {"outputs", outputs}, {"nodes", nodes}, {"tensor_values", tensor_values}}},
              {"signature", {{"input_specs", input_specs}, {"output_specs", output_specs}}},
              {"module_call_graph", calls}}},
            {"range_constraints", ranges},
            {"schema_version", {{"major", 8}, {"minor", 20}}},
            {"torch_version", "2.13.0"}};
    }
    suture::detail::ExportedGraph read() const { return suture::detail::GraphReader::read(json().dump()); }

    Json nodes = Json::array(), inputs = Json::array(), outputs = Json::array(), input_specs = Json::array(),
         output_specs = Json::array(), tensor_values = Json::object(), ranges = Json::object();
    std::vector<std::string> paths;  ///< of modules besides those of the nodes
    std::string out_spec, trace;

private:
    /// "block;block.act@1" as the file writes it.
    std::string stack(const std::string& modules) {
        std::string written = "L__self__,,Model";
        for (std::size_t begin = 0; begin < modules.size();) {
            const std::size_t end = std::min(modules.find(';', begin), modules.size());
            const std::string call = modules.substr(begin, end - begin), path = call.substr(0, call.find('@'));
            begin = end + 1;
            written += ";L__self__" + call + "," + path + ",Module";
            if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
        }
        return written;
    }
};

/// A model of the graph and these weights, and its results for the inputs, in their order.
struct RunningGraph {
    explicit RunningGraph(const GraphText& text, std::map<std::string, at::Tensor> weights = {})
        : model(text.read(), std::move(weights)) {}

    std::vector<c10::IValue> run(const suture::detail::ExportedPlan& plan, const std::vector<c10::IValue>& inputs) {
        suture::detail::ExportedPass pass(plan);
        std::size_t next = 0;
        for (const auto& input : model.graph().inputs)
            if (input.kind == suture::detail::ExportedInput::Kind::user) pass.give(input.value, inputs[next++]);
        return pass.run();
    }
    at::Tensor operator()(const std::vector<c10::IValue>& inputs) {
        return run(*model.plain_plan(), inputs).front().toTensor();
    }
    /// The same with the sites.
    at::Tensor with_sites(const std::vector<c10::IValue>& inputs) {
        return run(*model.plan_with_sites(), inputs).front().toTensor();
    }
    const suture::Site& site(const std::string& path) {
        if (const auto* port = model.operator_site(path)) return port->site;
        for (std::size_t i = 0; i < model.module_sites().size(); ++i)
            if (model.path_of(i) == path) return model.module_sites()[i]->site;
        throw std::runtime_error("there is no site " + path);
    }
    bool has_site(const std::string& path) {
        for (std::size_t i = 0; i < model.module_sites().size(); ++i)
            if (model.path_of(i) == path) return true;
        return false;
    }

    suture::detail::ExportedModel model;
};

}  // namespace suture_test
