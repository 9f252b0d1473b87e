// Reads the header of a safetensors file. Nothing in it is believed before it is checked.
// Law: whatever the bytes, the result is a header that describes the file, or a FileError that says what is wrong.
#pragma once

#include "suture/file/detail/file_errors.hpp"
#include "suture/file/detail/input_file.hpp"
#include "suture/file/detail/json_text.hpp"
#include "suture/file/detail/other_formats.hpp"
#include "suture/file/detail/safetensors_format.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/torch.hpp"
#include "suture/text/visible_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail::safetensors {

/// Refuses a file whose first bytes cannot be the length of a header, by what else it is.
[[noreturn]] inline void refuse_length(const InputFile& file, const std::string& why) {
    refuse_other_format(file.path(), first_bytes(file), file.size());
    refuse_file(why, "check that it is a safetensors file, and download or write it again");
}

/// The header's text, allocated only once the file is known to be long enough for it.
inline std::string read_header(const InputFile& file) {
    if (file.size() == 0) refuse_file("is empty (0 bytes)");
    if (file.size() < length_bytes)
        refuse_file("has " + bytes_text(file.size()) + ", but the length of the header alone takes 8");
    std::uint64_t length = 0;
    file.read(0, &length, length_bytes);
    if (length > longest_header)
        refuse_length(file, "would have a header of " + bytes_text(length) + ", but 100 MB are the limit");
    if (length > file.size() - length_bytes)
        refuse_length(file, "should have a header of " + bytes_text(length) + ", but ends after " +
                                bytes_text(file.size() - length_bytes) + " of it");
    std::string text(length, '\0');
    file.read(length_bytes, text.data(), length);
    return text;
}

/// Receives the events of the JSON parser. It builds only the header and never recurses, so deep nesting costs a hostile
/// file more than its reader. Unknown fields of an entry are skipped, whatever they hold, as the reference reader does.
class HeaderReader final : public nlohmann::json_sax<nlohmann::json> {
public:
    Header take() { return std::move(header_); }

    bool null() override {  // no metadata, as the reference reader takes it
        return (place_ == Place::header && name_ == metadata_key) || scalar("null");
    }
    bool boolean(bool value) override { return scalar(value ? "true" : "false"); }
    bool binary(binary_t&) override { return scalar("binary data"); }
    bool number_float(number_float_t, const string_t& text) override { return scalar(text.substr(0, 40)); }
    bool number_integer(number_integer_t value) override {  // called only for texts with a minus sign
        return scalar(value < 0 ? std::to_string(value) : "-0");
    }
    bool number_unsigned(number_unsigned_t value) override {
        if (place_ != Place::numbers || value > largest_number) return scalar(std::to_string(value));
        numbers_.push_back(value);
        return true;
    }
    bool string(string_t& value) override {
        if (skipping()) return true;
        if (place_ == Place::metadata)
            header_.metadata.emplace(key_, std::move(value));
        else if (place_ == Place::entry && key_ == "dtype")
            entry_->dtype = std::move(value);
        else
            return scalar(in_quotes(value));
        return true;
    }

    bool start_object(std::size_t) override {
        if (skipping()) return enter_skipped();
        if (place_ != Place::outside && place_ != Place::header) return scalar("an object");
        if (place_ == Place::outside)
            place_ = Place::header;
        else
            open_inner();
        return true;
    }
    bool key(string_t& name) override {
        if (skipped_depth_ > 0) return true;
        const bool outer = place_ == Place::header;
        if (!(outer ? names_ : keys_).insert(name).second)
            refuse_file((outer ? "the header" : whose()) + " has the key " + in_quotes(name) + " twice");
        (outer ? name_ : key_) = std::move(name);
        return true;
    }
    bool end_object() override {
        if (skipped_depth_ > 0) return leave_skipped();
        if (place_ == Place::entry) check_fields();
        place_ = place_ == Place::header ? Place::outside : Place::header;
        return true;
    }

    bool start_array(std::size_t) override {
        if (skipping()) return enter_skipped();
        if (place_ != Place::entry || key_ == "dtype") return scalar("a list");
        place_ = Place::numbers;
        numbers_.clear();
        return true;
    }
    bool end_array() override {
        if (skipped_depth_ > 0) return leave_skipped();
        if (key_ == "shape")
            entry_->sizes.assign(numbers_.begin(), numbers_.end());
        else
            set_offsets();
        place_ = Place::entry;
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) override {
        refuse_file("the header is not JSON (" + parse_reason(error) + ")");
    }

private:
    enum class Place { outside, header, metadata, entry, numbers };

    bool known_field() const { return key_ == "dtype" || key_ == "shape" || key_ == "data_offsets"; }
    bool skipping() const { return skipped_depth_ > 0 || (place_ == Place::entry && !known_field()); }

    bool enter_skipped() {
        ++skipped_depth_;
        return true;
    }
    bool leave_skipped() {
        --skipped_depth_;
        return true;
    }

    std::string whose() const { return name_ == metadata_key ? metadata_key : "tensor " + in_quotes(name_); }

    /// Refuses a value of a kind that is not allowed here.
    bool scalar(const std::string& came) {
        if (skipping()) return true;
        refuse_file(expectation() + ", got " + came);
    }

    std::string expectation() const {
        switch (place_) {
            case Place::outside:
                return "the header must be an object";
            case Place::header:
                return whose() + " must be an object";
            case Place::metadata:
                return "the metadata " + in_quotes(key_) + " must be a string";
            case Place::numbers:
                return "the " + key_ + " of " + whose() + " must be whole numbers from 0 to 2^63 - 1";
            case Place::entry:
                break;
        }
        const std::string wanted = key_ == "dtype" ? "string" : "list of whole numbers";
        return "the " + key_ + " of " + whose() + " must be a " + wanted;
    }

    void open_inner() {
        keys_.clear();
        place_ = name_ == metadata_key ? Place::metadata : Place::entry;
        if (place_ == Place::entry) entry_ = &header_.tensors[name_];
    }

    void set_offsets() {
        if (numbers_.size() != 2)
            refuse_file("the data_offsets of " + whose() + " must be two numbers, got " +
                        std::to_string(numbers_.size()));
        entry_->begin = numbers_[0];
        entry_->end = numbers_[1];
    }

    void check_fields() const {
        for (const char* field : {"dtype", "shape", "data_offsets"})
            if (!keys_.contains(field)) refuse_file(whose() + " lacks the field " + in_quotes(field));
    }

    Header header_;
    Place place_ = Place::outside;
    std::set<std::string> names_, keys_;  // the keys so far: of the header, of the object within it
    std::string name_, key_;              // the last of each
    Entry* entry_ = nullptr;              // the header's entry under name_
    std::vector<std::uint64_t> numbers_;
    std::size_t skipped_depth_ = 0;  // open containers inside a skipped field
};

/// @throws FileError unless the text is one JSON object that describes tensors.
inline Header parse_header(const std::string& text) {
    if (const std::size_t begin = text.find_first_not_of(" \t\r\n"); begin == text.npos || text[begin] != '{')
        refuse_file("the header must begin with '{', but it is " + (text.empty() ? "empty" : in_quotes(text)));
    if (text.find('\0') != std::string::npos)  // the parser would stop there
        refuse_file("the header is not JSON (it holds a zero byte)");
    HeaderReader reader;
    nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
    return reader.take();
}

/// The bits of a tensor of this shape. A size of 0 does not excuse an overflow in the others: strides are their products.
inline std::uint64_t expected_bits(const std::string& name, const Entry& entry, std::uint64_t element_bits) {
    std::uint64_t elements = 1;
    bool empty = false;
    for (const std::int64_t size : entry.sizes) {
        const auto factor = static_cast<std::uint64_t>(size);
        if (factor == 0) {
            empty = true;
            continue;
        }
        if (elements > largest_number / factor || elements * factor > largest_number / element_bits)
            refuse_file("the shape of tensor " + in_quotes(name) + " multiplies to more than 2^63 - 1 bits");
        elements *= factor;
    }
    return empty ? 0 : elements * element_bits;
}

/// "[2, 3]", or the beginning of a long shape.
inline std::string short_shape(at::IntArrayRef sizes) {
    constexpr std::size_t shown = 8;
    if (sizes.size() <= shown) return shape_text(sizes);
    return shape_text(sizes.slice(0, shown)) + " and " + std::to_string(sizes.size() - shown) + " more sizes";
}

/// @throws FileError unless the entry lies within the data and has the bytes that its shape needs.
inline void check_entry(const std::string& name, const Entry& entry, std::uint64_t data_bytes) {
    const std::string range = "[" + std::to_string(entry.begin) + ", " + std::to_string(entry.end) + "]";
    const std::string where = "the data_offsets " + range + " of tensor " + in_quotes(name);
    if (entry.begin > entry.end) refuse_file(where + " end before they begin");
    if (entry.end > data_bytes)
        refuse_file(where + " lie outside the file, which has " + bytes_text(data_bytes) + " of data");
    const Dtype* const dtype = find_dtype(entry.dtype);
    const std::uint64_t needed = expected_bits(name, entry, dtype ? dtype->bits : 8);
    if (!dtype) return;
    const std::string packing = "its dtype " + entry.dtype + " and shape " + short_shape(entry.sizes) + " need ";
    if (needed % 8 != 0)
        refuse_file(where + " hold " + bytes_text(entry.bytes()) + ", but " + packing + std::to_string(needed) +
                    " bits, which are not whole bytes");
    if (entry.bytes() != needed / 8)
        refuse_file(where + " hold " + bytes_text(entry.bytes()) + ", but " + packing + bytes_text(needed / 8));
}

/// The names in the order of their data.
/// @throws FileError unless the tensors cover the data without gaps or overlaps
inline std::vector<std::string> names_in_order(const Header& header, std::uint64_t data_bytes) {
    std::vector<const std::pair<const std::string, Entry>*> order;
    for (const auto& item : header.tensors) {
        check_entry(item.first, item.second, data_bytes);
        order.push_back(&item);
    }
    std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
        return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
    });
    std::vector<std::string> names;
    std::uint64_t position = 0;
    for (const auto* item : order) {
        const auto& [name, entry] = *item;
        if (entry.begin < position) refuse_file("tensor " + in_quotes(name) + " overlaps the one before it");
        if (entry.begin > position)
            refuse_file("there is a gap of " + bytes_text(entry.begin - position) + " before tensor " +
                        in_quotes(name));
        position = entry.end;
        names.push_back(name);
    }
    if (position != data_bytes) refuse_file("has " + bytes_text(data_bytes - position) + " after the last tensor");
    return names;
}

}  // namespace suture::detail::safetensors
