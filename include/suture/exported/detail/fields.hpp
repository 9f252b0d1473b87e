// The fields of a JSON text, each of the type that it should have.
#pragma once

#include "suture/exported/detail/scalar_types.hpp"
#include "suture/file/detail/file_errors.hpp"
#include "suture/file/detail/json_text.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace suture::detail {

[[noreturn]] inline void refuse_field(const nlohmann::json& json, const char* expected) {
    refuse_file(json_text(json) + " stands where " + expected + " is expected", "export the model again");
}

inline std::int64_t integer(const nlohmann::json& json) { return exported_int(json, "a number"); }
inline bool boolean(const nlohmann::json& json) {
    if (!json.is_boolean()) refuse_field(json, "true or false");
    return json.get<bool>();
}
inline std::string text(const nlohmann::json& json) {
    if (!json.is_string()) refuse_field(json, "a text");
    return json.get<std::string>();
}
inline const nlohmann::json& list(const nlohmann::json& json) {
    if (!json.is_array()) refuse_field(json, "an array");
    return json;
}
/// A text that may be missing or null: then it is empty.
inline std::string optional_text(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

}  // namespace suture::detail
