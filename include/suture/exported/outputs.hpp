// What an exported model returns: its results under the names that the file's signature gives them.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/joined.hpp"
#include "suture/tensor/torch.hpp"
#include "suture/text/visible_text.hpp"

#include <ATen/core/ivalue.h>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// The results of one call, in the order of the model's signature. A dataclass or dictionary of Python gives its keys,
/// "logits"; what is nested has both, "states.0"; a tuple has numbers, "0"; a single tensor is "output".
///
///     const ExportedOutputs all = model.run(ids);
///     at::Tensor logits = all["logits"];
class ExportedOutputs {
public:
    ExportedOutputs(std::vector<std::string> names, std::vector<c10::IValue> values)
        : names_(std::move(names)), values_(std::move(values)) {}

    std::size_t size() const { return values_.size(); }
    const std::vector<std::string>& names() const { return names_; }
    bool contains(std::string_view name) const { return std::find(names_.begin(), names_.end(), name) != names_.end(); }

    /// The tensor of this name. @throws ModelError if there is none
    at::Tensor operator[](std::string_view name) const { return tensor(index_of(name)); }
    /// The i-th result. @throws ModelError if there are fewer, or if it is not a tensor
    template <std::integral I>
    at::Tensor operator[](I i) const {
        if (std::cmp_less(i, 0) || std::cmp_greater_equal(i, size()))
            throw ModelError("there is no result " + std::to_string(i) + ": the model returns " + list());
        return tensor(static_cast<std::size_t>(i));
    }
    /// A result that may be a number or None. @throws ModelError if there is none of this name
    const c10::IValue& value(std::string_view name) const { return values_[index_of(name)]; }

    /// The first tensor among the results: the logits of a language model. @throws ModelError if there is no tensor
    at::Tensor first() const {
        for (const c10::IValue& value : values_)
            if (value.isTensor()) return value.toTensor();
        throw ModelError("the model returns no tensor: it returns " + list());
    }

    /// "logits, hidden_states.0".
    friend std::ostream& operator<<(std::ostream& out, const ExportedOutputs& outputs) {
        return out << detail::joined(outputs.names_, ", ");
    }

    SUTURE_REJECTED_CONVERSION("the results are several: write outputs.first() or outputs[name]", at::Tensor, const);

private:
    std::string list() const { return names_.empty() ? "nothing" : detail::joined(names_, ", "); }
    std::size_t index_of(std::string_view name) const {
        const auto found = std::find(names_.begin(), names_.end(), name);
        if (found == names_.end())
            throw ModelError("the model returns no " + detail::in_quotes(std::string(name)) + ": it returns " + list());
        return static_cast<std::size_t>(found - names_.begin());
    }
    at::Tensor tensor(std::size_t i) const {
        if (!values_[i].isTensor())
            throw ModelError(names_[i] + " is a " + values_[i].tagKind() + ", not a Tensor: read it with value(\"" +
                             names_[i] + "\")");
        return values_[i].toTensor();
    }

    std::vector<std::string> names_;
    std::vector<c10::IValue> values_;
};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
