// The names of the tensors in what a Python model returns, read from the tree that torch.export writes down.
// Law: {"z": z, "more": (worst, None, best)} gives "z", "more.0", "more.1", "more.2", as many as there are leaves.
#pragma once

#include "suture/exported/detail/fields.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace suture::detail {

/// The keys of the children of one node of the tree: those of a dictionary or a dataclass, otherwise their numbers.
inline std::vector<std::string> keys_in_result(const nlohmann::json& tree, std::size_t children,
                                               const nlohmann::json& named_tuples) {
    std::vector<std::string> keys;
    const std::string type = optional_text(tree, "type");
    if (const auto known = named_tuples.find(type); known != named_tuples.end() && known->is_object())
        if (const auto fields = known->find("field_names"); fields != known->end() && fields->is_array())
            for (const auto& name : *fields) keys.push_back(name.is_string() ? name.get<std::string>() : "");
    // The context is JSON again: a list of keys, for dictionaries and dataclasses.
    const std::string context = optional_text(tree, "context");
    const auto parsed = nlohmann::json::parse(context, nullptr, /*allow_exceptions=*/false);
    if (keys.empty() && parsed.is_array())
        for (const auto& key : parsed)
            keys.push_back(key.is_string() ? key.get<std::string>() : key.is_number_integer() ? key.dump() : "");
    if (keys.size() != children) {
        keys.clear();
        for (std::size_t i = 0; i < children; ++i) keys.push_back(std::to_string(i));
    }
    return keys;
}

inline void add_names_in_result(const nlohmann::json& tree, const std::string& path, const nlohmann::json& named_tuples,
                                std::size_t depth, std::vector<std::string>& names) {
    constexpr std::size_t deepest = 64;
    const auto children = tree.find("children_spec");
    const bool is_leaf = !tree.is_object() || children == tree.end() || !children->is_array() ||
                         (optional_text(tree, "type").empty() && children->empty());
    if (is_leaf || depth == deepest) {
        names.push_back(path);
        return;
    }
    const std::vector<std::string> keys = keys_in_result(tree, children->size(), named_tuples);
    for (std::size_t i = 0; i < keys.size(); ++i)
        add_names_in_result((*children)[i], path.empty() ? keys[i] : path + "." + keys[i], named_tuples, depth + 1,
                            names);
}

/// The names of the leaves, in order; empty if the text cannot be understood. A result that is one tensor has the name "".
inline std::vector<std::string> names_in_result(const std::string& out_spec, const nlohmann::json& named_tuples) {
    const auto spec = nlohmann::json::parse(out_spec, nullptr, /*allow_exceptions=*/false);
    std::vector<std::string> names;
    if (spec.is_array() && spec.size() == 2)
        add_names_in_result(spec[1], {}, named_tuples.is_object() ? named_tuples : nlohmann::json::object(), 0, names);
    return names;
}

}  // namespace suture::detail
