// Whether a node draws random numbers, or keeps statistics of what it has seen: then two passes differ although nothing was
// changed between them. Law: a node that may do so is taken to do so, but for modes of training that the file switches off.
#pragma once

#include "suture/exported/detail/aliases.hpp"
#include "suture/exported/detail/graph.hpp"
#include "suture/exported/detail/operators.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace suture::detail {

/// The constant that an argument of a node has, by its name in the schema; null if it is a value of the graph, or absent.
inline const c10::IValue* constant_argument(const PreparedNode& prepared, std::string_view name) {
    const auto& wanted = prepared.schema->arguments();
    for (std::size_t i = 0; i < wanted.size() && i < prepared.arguments.size(); ++i)
        if (wanted[i].name() == name && prepared.arguments[i].how == PreparedArgument::How::constant)
            return &prepared.arguments[i].constant;
    return nullptr;
}

/// Dropout or a norm that is switched to evaluation when the model is exported.
inline bool is_in_evaluation(const PreparedNode& prepared) {
    for (const std::string_view mode : {"train", "training", "use_input_stats"})
        if (const c10::IValue* on = constant_argument(prepared, mode); on && on->isBool() && !on->toBool()) return true;
    for (const std::string_view share : {"dropout_p", "dropout", "p"})
        if (const c10::IValue* p = constant_argument(prepared, share); p && p->isDouble() && p->toDouble() == 0)
            return true;
    return false;
}

inline bool draws_random_numbers(const ExportedNode& node, const PreparedNode& prepared) {
    if (!prepared.handle) return false;  // none of our own operators does
    // LibTorch 1.13 has not tagged all of them.
    constexpr std::array begins{
        std::string_view("rand"),        std::string_view("bernoulli"),      std::string_view("normal"),
        std::string_view("multinomial"), std::string_view("uniform"),        std::string_view("exponential"),
        std::string_view("dropout"),     std::string_view("native_dropout"), std::string_view("rrelu"),
        std::string_view("poisson"),     std::string_view("alpha_drop"),     std::string_view("feature_")};
    const std::string_view name = operator_name(node.target);
    const bool has_name = std::any_of(begins.begin(), begins.end(),
                                      [&](std::string_view begin) { return name.substr(0, begin.size()) == begin; });
    const auto& wanted = prepared.schema->arguments();
    const bool takes_generator =
        std::any_of(wanted.begin(), wanted.end(), [](const c10::Argument& a) { return a.name() == "generator"; });
    // Its schema does not say that it writes its statistics.
    const bool keeps_statistics = name.find("batch_norm") != name.npos || name.find("instance_norm") != name.npos;
    const bool may_draw =
        has_name || keeps_statistics || takes_generator || prepared.handle->hasTag(at::Tag::nondeterministic_seeded);
    return may_draw && !is_in_evaluation(prepared);
}

}  // namespace suture::detail
