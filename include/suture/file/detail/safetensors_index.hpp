// The index of tensors that several safetensors files hold, as Hugging Face's transformers writes it beside them:
// {"metadata": {...}, "weight_map": {tensor: file}} in model.safetensors.index.json.
#pragma once

#include "suture/file/detail/file_errors.hpp"
#include "suture/file/detail/input_file.hpp"
#include "suture/file/detail/json_text.hpp"
#include "suture/file/detail/other_formats.hpp"
#include "suture/text/visible_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace suture::detail::safetensors {

struct ShardIndex {
    std::map<std::string, std::string, std::less<>> files;  ///< by the names of the tensors
    std::map<std::string, std::string> metadata;            ///< values that are not text, as JSON
};

/// Receives the events of the JSON parser: the members of "weight_map" and of "metadata", and nothing else. It never
/// recurses.
class IndexReader final : public nlohmann::json_sax<nlohmann::json> {
public:
    ShardIndex take() {
        if (!has_map_) refuse_file("has no \"weight_map\", which lists the file of each tensor", "name an index file");
        return std::move(index_);
    }

    bool null() override { return value("null", "null"); }
    bool boolean(bool b) override { return value(b ? "true" : "false", b ? "true" : "false"); }
    bool binary(binary_t&) override { return value("binary data", ""); }
    bool number_float(number_float_t, const string_t& text) override { return value(text.substr(0, 40), text); }
    bool number_integer(number_integer_t n) override { return value(std::to_string(n), std::to_string(n)); }
    bool number_unsigned(number_unsigned_t n) override { return value(std::to_string(n), std::to_string(n)); }
    bool string(string_t& text) override {
        if (depth_ == 2 && section_ == "weight_map")
            index_.files[key_] = std::move(text);
        else
            return value(in_quotes(text), text);
        return true;
    }
    bool start_object(std::size_t) override {
        if (depth_ == 0 || (depth_ == 1 && (section_ == "weight_map" || section_ == "metadata"))) {
            has_map_ = has_map_ || (depth_ == 1 && section_ == "weight_map");
            ++depth_;
            return true;
        }
        return open("an object");
    }
    bool key(string_t& name) override {
        if (depth_ == 1) {
            section_ = std::move(name);
            return true;
        }
        if (depth_ != 2) return true;
        if (section_ == "weight_map" && index_.files.contains(name))
            refuse_file("its weight_map has the tensor " + in_quotes(name) + " twice");
        key_ = std::move(name);
        return true;
    }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override {
        if (depth_ == 0) refuse_file("must be an object, got a list", "name an index file");
        return open("a list");
    }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) override {
        refuse_file("is not JSON (" + parse_reason(error) + ")");
    }

private:
    /// A value that is neither a container nor the file of a tensor.
    bool value(const std::string& shown, const std::string& text) {
        refuse_here(shown);
        if (depth_ == 2 && section_ == "metadata") index_.metadata[key_] = text;
        return true;
    }
    bool open(const std::string& shown) {
        refuse_here(shown);
        ++depth_;
        return true;
    }
    bool close() {
        --depth_;
        return true;
    }
    void refuse_here(const std::string& shown) const {
        if (depth_ == 0) refuse_file("must be an object, got " + shown, "name an index file");
        if (section_ != "weight_map" || depth_ > 2) return;
        if (depth_ == 1) refuse_file("its weight_map must be an object, got " + shown);
        refuse_file("its weight_map must name the file of tensor " + in_quotes(key_) + ", got " + shown);
    }

    ShardIndex index_;
    std::string section_, key_;
    std::size_t depth_ = 0;
    bool has_map_ = false;
};

/// @throws FileError, without the path, unless the text is an index, whose files lie beside it or in folders there
inline ShardIndex parse_index(const std::string& text) {
    refuse_lfs_pointer(text);
    if (text.find_first_not_of(" \t\r\n") == text.npos) refuse_file("is empty");
    IndexReader reader;
    nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
    ShardIndex index = reader.take();
    for (const auto& [name, file] : index.files) {
        const std::filesystem::path path(file);
        const bool leaves = std::find(path.begin(), path.end(), "..") != path.end();
        if (file.empty() || path.is_absolute() || leaves || file.find('\0') != file.npos)
            refuse_file("its weight_map has tensor " + in_quotes(name) + " in " + in_quotes(file) +
                        ", which is not a file beside the index");
    }
    return index;
}

/// @throws FileError, without the path, as parse_index
inline ShardIndex read_index(const InputFile& file) {
    constexpr std::uint64_t longest_index = 1'000'000'000;  // ten million tensors
    if (file.size() > longest_index) refuse_file("has " + bytes_text(file.size()) + ", too many for an index");
    std::string text(static_cast<std::size_t>(file.size()), '\0');
    file.read(0, text.data(), text.size());
    return parse_index(text);
}

}  // namespace suture::detail::safetensors
