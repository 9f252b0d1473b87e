// Which methods of a TorchScript class are its forward. Python's hooks run around these only.
#pragma once

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/graph_iterator.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

namespace suture::detail {

/// The n of "forward" (0), "forward1", "forward2", ...; nothing for another name.
inline std::optional<std::size_t> forward_number(const std::string& method) {
    if (method.rfind("forward", 0) != 0) return std::nullopt;
    const std::string number = method.substr(7);
    if (number.empty()) return 0;
    if (number.size() > 9 || number[0] == '0' || number.find_first_not_of("0123456789") != number.npos)
        return std::nullopt;
    return std::stoul(number);
}

/// Whether a method calls one of its own object's forwards with a higher number than its own.
inline bool calls_higher_forward(torch::jit::Function& method) {
    torch::jit::GraphFunction* function = torch::jit::tryToGraphFunction(method);
    if (!function) return false;
    function->ensure_defined();
    auto graph = function->graph();
    torch::jit::DepthFirstGraphNodeIterator nodes(graph);
    while (torch::jit::Node* node = nodes.next())
        if (node->kind() == c10::prim::CallMethod && node->input(0) == graph->inputs()[0] &&
            forward_number(node->s(c10::attr::name)) > forward_number(method.name()))
            return true;
    return false;
}

/// Whether a class was traced: it has one forward per call, `forward`, `forward1`, ..., numbered from the inside out, and
/// no other method. In a scripted class `forward1` is an ordinary method that `forward` may call.
inline bool is_traced(const c10::ClassType& type) {
    const auto& methods = type.methods();
    return std::all_of(methods.begin(), methods.end(), [&](torch::jit::Function* method) {
        const auto number = forward_number(method->name());
        return number && *number < methods.size() && !calls_higher_forward(*method);
    });
}

/// `forward`; `forward__0`, `forward__1`, ... of a class that overloads it; and the further forwards of a trace.
inline bool is_forward(const std::string& method, const c10::ClassType& type) {
    if (method.rfind("forward__", 0) == 0) return method.find_first_not_of("0123456789", 9) == method.npos;
    const auto number = forward_number(method);
    return number && (*number == 0 || is_traced(type));
}

}  // namespace suture::detail
