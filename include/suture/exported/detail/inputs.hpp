// The inputs of an exported model: who gives which, and whether they are what the model was exported for.
// Law: a call runs with inputs of the exported dtypes and ranks whose sizes the file allows; any other names the input.
#pragma once

#include "suture/exported/detail/graph.hpp"
#include "suture/exported/detail/symbolic_size.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/joined.hpp"
#include "suture/tensor/torch.hpp"
#include "suture/text/near_words.hpp"

#include <ATen/core/ivalue.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// Sorts the arguments of one call to the inputs of a graph, and checks them.
class ExportedInputs {
public:
    explicit ExportedInputs(const ExportedGraph& graph) : graph_(graph) {}

    /// The values by input of the graph; empty for weights.
    /// @throws ModelError, TypeError or ShapeError, naming the input
    std::vector<c10::IValue> sorted(std::vector<c10::IValue> positional,
                                    const std::vector<std::pair<std::string, c10::IValue>>& named) const {
        std::vector<c10::IValue> values(graph_.inputs.size());
        std::vector<bool> is_given(graph_.inputs.size());
        std::size_t next = 0;
        for (c10::IValue& value : positional) {
            while (next < graph_.inputs.size() && graph_.inputs[next].kind != ExportedInput::Kind::user) ++next;
            if (next == graph_.inputs.size())
                throw ModelError("the model takes " + names() + " and was given " + std::to_string(positional.size()) +
                                 " arguments: give as many as it takes");
            values[next] = std::move(value);
            is_given[next++] = true;
        }
        for (const auto& [name, value] : named) {
            const std::size_t at = index_of(name);
            if (is_given[at]) throw ModelError("input " + name + " is given twice: give it once");
            is_given[at] = true;
            values[at] = value;
        }
        std::map<std::string, Bound> symbols;
        for (std::size_t i = 0; i < values.size(); ++i) check(graph_.inputs[i], is_given[i], values[i], symbols);
        for (std::size_t i = 0; i < values.size(); ++i)
            if (graph_.inputs[i].kind == ExportedInput::Kind::user && values[i].isTensor())
                check_derived_sizes(graph_.inputs[i], values[i].toTensor(), symbols);
        return values;
    }

private:
    struct Bound {
        std::int64_t size;
        std::string where;
    };

    /// "input_ids, attention_mask".
    std::string names() const {
        std::vector<std::string> all;
        for (const ExportedInput& input : graph_.inputs)
            if (input.kind == ExportedInput::Kind::user) all.push_back(input.name);
        return all.empty() ? "no inputs" : joined(all, ", ");
    }

    std::size_t index_of(const std::string& name) const {
        std::vector<std::string> known;
        for (std::size_t i = 0; i < graph_.inputs.size(); ++i) {
            if (graph_.inputs[i].kind == ExportedInput::Kind::weight) continue;
            if (graph_.inputs[i].name == name) return i;
            known.push_back(graph_.inputs[i].name);
        }
        throw ModelError("the model has no input " + in_quotes(name) + near_words(name, known) + ": it takes " +
                         names());
    }

    void check(const ExportedInput& input, bool is_given, const c10::IValue& value,
               std::map<std::string, Bound>& symbols) const {
        if (input.kind == ExportedInput::Kind::weight) return;
        if (input.kind == ExportedInput::Kind::constant) {
            if (is_given && !is_same_constant(value, input.constant))
                throw ModelError("input " + input.name +
                                 " is fixed in this file: leave it out, or export the model again "
                                 "with the value that you want");
            return;
        }
        if (!is_given) throw ModelError("input " + input.name + " is missing: the model takes " + names());
        const auto& meta = graph_.values[input.value].meta;
        if (!meta) {
            const bool fits = input.number == ExportedInput::Number::integer ? value.isInt()
                              : input.number == ExportedInput::Number::real  ? value.isDouble() || value.isInt()
                                                                             : value.isBool();
            if (!fits)
                throw TypeError("input " + input.name + " is " +
                                (input.number == ExportedInput::Number::integer ? "an integer"
                                 : input.number == ExportedInput::Number::real  ? "a double"
                                                                                : "a bool") +
                                ": give one");
            return;
        }
        if (!value.isTensor() || !value.toTensor().defined())
            throw TypeError("input " + input.name + " is a tensor of shape " + expected(*meta) + ": give one");
        check_tensor_input(input.name, value.toTensor(), *meta, symbols);
    }
    static bool is_same_constant(const c10::IValue& a, const c10::IValue& b) {
        return a.tagKind() == b.tagKind() &&
               (a.isNone() || (a.isBool() && a.toBool() == b.toBool()) || (a.isInt() && a.toInt() == b.toInt()) ||
                (a.isDouble() && a.toDouble() == b.toDouble()) || (a.isString() && a.toStringRef() == b.toStringRef()));
    }

    /// "[s72, 6]", with the range of each symbol that has one: "[s72 (at most 64), 6]".
    std::string expected(const TensorMeta& meta) const {
        return "[" +
               joined(meta.sizes, ", ",
                      [&](const SymbolicSize& size) {
                          const std::string text = size_text(size);
                          const auto range = graph_.ranges.find(text);
                          const bool has_most = range != graph_.ranges.end() && range->second.most;
                          return text + (has_most ? " (at most " + std::to_string(*range->second.most) + ")" : "");
                      }) +
               "]";
    }

    void check_tensor_input(const std::string& name, const at::Tensor& t, const TensorMeta& meta,
                            std::map<std::string, Bound>& symbols) const {
        if (t.scalar_type() != meta.dtype)
            throw TypeError("input " + name + " is " + tensor_text(t) + " and the model was exported for " +
                            dtype_text(meta.dtype) + ": convert it");
        const auto refuse = [&](const std::string& why, const std::string& remedy) {
            throw ShapeError("input " + name + " has shape " + shape_text(t.sizes()) +
                             " and the model was exported for " + expected(meta) + why + ": " + remedy);
        };
        if (t.dim() != static_cast<std::int64_t>(meta.sizes.size())) refuse("", "give it as many axes");
        for (std::size_t axis = 0; axis < meta.sizes.size(); ++axis) {
            const std::int64_t size = t.sizes()[axis];
            if (const auto* fixed = std::get_if<std::int64_t>(&meta.sizes[axis])) {
                if (size != *fixed)
                    refuse(" (axis " + std::to_string(axis) + " is fixed)",
                           "give that size, or export the model with dynamic_shapes");
                continue;
            }
            const std::string symbol = symbol_in(std::get<std::string>(meta.sizes[axis]));
            if (symbol.empty()) continue;
            if (const auto range = graph_.ranges.find(symbol); range != graph_.ranges.end()) {
                // A least size of 2 is a habit of tracing: Python runs such files with 1.
                if (size == 0 && range->second.least > 0) refuse(" with " + symbol + " at least 1", "give more");
                if (range->second.least > 2 && size < range->second.least)
                    refuse(" with " + symbol + " at least " + std::to_string(range->second.least), "give more");
                if (range->second.most && size > *range->second.most)
                    refuse("", "give less, or export the model for more");
            }
            const auto [bound, is_new] =
                symbols.try_emplace(symbol, Bound{size, name + " axis " + std::to_string(axis)});
            if (!is_new && bound->second.size != size)
                refuse(
                    ", where " + symbol + " is " + std::to_string(bound->second.size) + " from " + bound->second.where,
                    "give inputs of sizes that agree");
        }
    }

    /// Sizes that follow from those of other axes: 2*n.
    void check_derived_sizes(const ExportedInput& input, const at::Tensor& t,
                             const std::map<std::string, Bound>& symbols) const {
        const TensorMeta& meta = *graph_.values[input.value].meta;
        for (std::size_t axis = 0; axis < meta.sizes.size(); ++axis) {
            const auto* text = std::get_if<std::string>(&meta.sizes[axis]);
            if (!text || !symbol_in(*text).empty()) continue;
            const SizeExpression expression(*text);
            const auto due = expression.value([&](const std::string& symbol) -> std::optional<std::int64_t> {
                const auto bound = symbols.find(symbol);
                return bound == symbols.end() ? std::nullopt : std::optional(bound->second.size);
            });
            if (!due || *due == t.sizes()[axis]) continue;
            const auto& [symbol, bound] = *symbols.find(*symbols_in(*text).begin());
            throw ShapeError("input " + input.name + " has shape " + shape_text(t.sizes()) +
                             " and the model was exported for " + expected(meta) + ", where " + expression.shown() +
                             " is " + std::to_string(*due) + " since " + symbol + " is " + std::to_string(bound.size) +
                             " from " + bound.where + ": give inputs of sizes that agree");
        }
    }

    const ExportedGraph& graph_;
};

}  // namespace suture::detail
