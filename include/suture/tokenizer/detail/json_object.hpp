// An object of JSON whose fields are read one by one: what has another type is refused with its place.
#pragma once

#include "suture/file/detail/json_text.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/visible_text.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace suture::detail {

/// A whole number from 0; none if the value is anything else.
template <class Json>
std::optional<std::uint64_t> natural_number(const Json& value) {
    if (value.is_number_unsigned()) return value.template get<std::uint64_t>();
    if (!value.is_number_integer() || value.template get<std::int64_t>() < 0) return std::nullopt;
    return static_cast<std::uint64_t>(value.template get<std::int64_t>());
}

/// @tparam Json nlohmann::json, or ordered_json, which keeps the order of a file
template <class Json>
class BasicJsonObject {
public:
    /// @param place what a message calls the object: "pre_tokenizer"
    BasicJsonObject(const Json& object, std::string place) : object_(&object), place_(std::move(place)) {
        constexpr std::size_t longest_place = 500;  // objects within objects can be deeper than the stack reaches
        if (place_.size() > longest_place) refuse(visible_text(place_.substr(0, 40)) + "... is nested too deep");
        if (!object.is_object()) refuse(place_ + " is " + described(object) + " and not an object");
    }

    const std::string& place() const { return place_; }
    /// Whether the field is there and is not null.
    bool has(const std::string& field) const { return object_->contains(field) && !object_->at(field).is_null(); }
    const Json& at(const std::string& field) const {
        if (!has(field)) refuse(place_ + " has no " + (field.size() <= 80 ? visible_text(field) : in_quotes(field)));
        return object_->at(field);
    }
    std::string text(const std::string& field) const {
        const Json& value = at(field);
        if (!value.is_string()) refuse_field(field, value, "a text");
        return value.template get<std::string>();
    }
    std::optional<std::string> optional_text(const std::string& field) const {
        return has(field) ? std::optional(text(field)) : std::nullopt;
    }
    bool flag(const std::string& field, bool otherwise) const {
        if (!has(field)) return otherwise;
        if (!object_->at(field).is_boolean()) refuse_field(field, object_->at(field), "true or false");
        return object_->at(field).template get<bool>();
    }
    /// A whole number from 0.
    std::uint64_t count(const std::string& field) const {
        const Json& value = at(field);
        const auto number = natural_number(value);
        if (!number) refuse_field(field, value, "a number from 0");
        return *number;
    }
    const Json& list(const std::string& field) const {
        const Json& value = at(field);
        if (!value.is_array()) refuse_field(field, value, "a list");
        return value;
    }
    BasicJsonObject object(const std::string& field) const { return {at(field), place_ + "." + field}; }

    [[noreturn]] static void refuse(const std::string& what) {
        throw FileError(what + ": give the file as Python's tokenizers writes it");
    }

private:
    static std::string described(const Json& value) {
        if (value.is_structured()) return std::string("an ") + value.type_name();
        return json_text(nlohmann::json(value));
    }
    [[noreturn]] void refuse_field(const std::string& field, const Json& value, const char* wanted) const {
        refuse(place_ + " has the " + field + " " + described(value) + " and not " + wanted);
    }

    const Json* object_;
    std::string place_;
};

using JsonObject = BasicJsonObject<nlohmann::json>;

}  // namespace suture::detail
