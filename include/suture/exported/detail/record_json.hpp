// The JSON records of an archive, parsed as strictly as nothing in them is believed.
#pragma once

#include "suture/exported/detail/archive.hpp"
#include "suture/file/detail/file_errors.hpp"
#include "suture/text/visible_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail {

inline constexpr std::size_t longest_json = 100'000'000;  ///< in bytes; GPT-2 small has 1.1 MB
inline constexpr int deepest_json = 200;                  ///< in nested objects and arrays; GPT-2 has 12

/// Watches the parser: which keys the open objects have.
class JsonGuard {
public:
    using Event = nlohmann::json::parse_event_t;

    bool operator()(int depth, Event event, nlohmann::json& parsed) {
        if (depth > deepest_json) refuse_file("it nests deeper than " + std::to_string(deepest_json) + " levels");
        if (event == Event::object_start) keys_.emplace_back();
        if (event == Event::object_end) keys_.pop_back();
        if (event == Event::key)
            if (const auto& key = parsed.get_ref<const std::string&>(); !keys_.back().insert(key).second)
                refuse_file("it has the key " + in_quotes(key) + " twice in one object");
        return true;
    }

private:
    std::vector<std::set<std::string>> keys_;
};

/// @throws FileError unless the text is one JSON object, without duplicate keys, no deeper than `deepest_json`
inline nlohmann::json strict_json(std::string_view text) {
    if (text.size() > longest_json) refuse_file("it has " + bytes_text(text.size()) + ", but 100 MB are the limit");
    if (text.find('\0') != text.npos) refuse_file("it is not JSON (it holds a zero byte)");
    try {
        JsonGuard guard;
        nlohmann::json value = nlohmann::json::parse(text.begin(), text.end(), std::ref(guard));
        if (!value.is_object()) refuse_file("it must be a JSON object, but is " + std::string(value.type_name()));
        return value;
    } catch (const nlohmann::json::exception& error) {
        std::string_view reason = error.what();  // "[json.exception...] parse error at ...: why; last read: '...'"
        reason = reason.substr(std::min(reason.size(), reason.find("] ") + 2));
        reason = reason.substr(0, reason.find("; last read"));
        refuse_file("it is not JSON (" + visible_text(std::string(reason.substr(0, 200))) + ")");
    }
}

/// The record as JSON. @throws FileError as `strict_json` and `ExportedArchive::bytes` do, with the record's name
inline nlohmann::json record_json(const ExportedArchive& archive, const std::string& record) {
    const std::string_view text = archive.bytes(record);
    return naming(record, [&] { return strict_json(text); });
}

}  // namespace suture::detail
