// The header of a safetensors file: what it may say, and what is checked before any of it is believed.
// Format: https://huggingface.co/docs/safetensors.
#pragma once

#include "suture/file/new_file.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail::safetensors {

// ---- dtypes -------------------------------------------------------------------------------------------------

struct Dtype {
    std::string_view name;
    at::ScalarType type;
};

/// In the order in which the reference writer lays tensors out: the widest alignment first.
inline constexpr std::array<Dtype, 10> dtypes{{{"I64", at::kLong},
                                               {"F64", at::kDouble},
                                               {"F32", at::kFloat},
                                               {"I32", at::kInt},
                                               {"BF16", at::kBFloat16},
                                               {"F16", at::kHalf},
                                               {"I16", at::kShort},
                                               {"I8", at::kChar},
                                               {"U8", at::kByte},
                                               {"BOOL", at::kBool}}};

/// The dtype of that name, or null.
inline const Dtype* find_dtype(std::string_view name) {
    const auto* found = std::find_if(dtypes.begin(), dtypes.end(), [&](const Dtype& d) { return d.name == name; });
    return found == dtypes.end() ? nullptr : found;
}

/// The dtype that stores these scalars, or null.
inline const Dtype* find_dtype(at::ScalarType type) {
    const auto* found = std::find_if(dtypes.begin(), dtypes.end(), [&](const Dtype& d) { return d.type == type; });
    return found == dtypes.end() ? nullptr : found;
}

// ---- the header ---------------------------------------------------------------------------------------------

inline constexpr std::uint64_t length_bytes = 8;              ///< the little-endian number in front of the header
inline constexpr std::uint64_t longest_header = 100'000'000;  ///< the format's own limit
inline constexpr std::uint64_t largest_number = std::numeric_limits<std::int64_t>::max();
inline constexpr const char* metadata_key = "__metadata__";

struct Entry {
    std::string dtype;
    std::vector<std::int64_t> sizes;
    std::uint64_t begin = 0, end = 0;  ///< in bytes from the start of the data
};

struct Header {
    std::map<std::string, Entry, std::less<>> tensors;
    std::map<std::string, std::string> metadata;
};

/// Listens to the JSON parser. Nothing is built but the header itself, and nothing recurses, so nesting costs a
/// hostile file more than its reader. Fields of an entry that the format does not have are skipped, whatever they
/// hold, as the reference reader does.
class HeaderReader final : public nlohmann::json_sax<nlohmann::json> {
public:
    Header take() { return std::move(header_); }

    bool null() override { return scalar("null"); }
    bool boolean(bool value) override { return scalar(value ? "true" : "false"); }
    bool binary(binary_t&) override { return scalar("binary data"); }
    bool number_float(number_float_t, const string_t& text) override { return scalar(text.substr(0, 40)); }
    bool number_integer(number_integer_t value) override {  // comes for texts with a minus sign only
        return value < 0 ? scalar(std::to_string(value)) : number_unsigned(0);
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
            refuse((outer ? "the header" : whose()) + " has the key " + in_quotes(name) + " twice");
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
        std::string_view reason = error.what();  // "[json.exception...] parse error at ...: why; last read: '...'"
        reason = reason.substr(std::min(reason.size(), reason.find("] ") + 2));
        reason = reason.substr(0, reason.find("; last read"));
        refuse("the header is not JSON (" + std::string(reason.substr(0, 200)) + ")");
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

    /// A value where none of its kind may be.
    bool scalar(const std::string& came) {
        if (skipping()) return true;
        refuse(expectation() + ", but " + came + " came");
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
            refuse("the data_offsets of " + whose() + " must be two numbers, but " + std::to_string(numbers_.size()) +
                   " came");
        entry_->begin = numbers_[0];
        entry_->end = numbers_[1];
    }

    void check_fields() const {
        for (const char* field : {"dtype", "shape", "data_offsets"})
            if (!keys_.contains(field)) refuse(whose() + " lacks the field '" + field + "'");
    }

    Header header_;
    Place place_ = Place::outside;
    std::set<std::string> names_, keys_;  // those seen so far: in the header, in the object within it
    std::string name_, key_;              // the last of each
    Entry* entry_ = nullptr;              // what the header has under name_
    std::vector<std::uint64_t> numbers_;
    std::size_t skipped_depth_ = 0;  // containers open inside a field that is skipped
};

/// @throws FileError unless the text is one JSON object that describes tensors.
inline Header parse_header(const std::string& text) {
    if (!text.starts_with('{'))
        refuse("the header must begin with '{', but it is " + (text.empty() ? "empty" : in_quotes(text)));
    if (text.find('\0') != std::string::npos)  // the parser would take it for the end
        refuse("the header is not JSON (it holds a zero byte)");
    HeaderReader reader;
    nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
    return reader.take();
}

/// The bytes that such a tensor has. A size of 0 excuses no overflow in the others: strides are products of them.
inline std::uint64_t expected_bytes(const std::string& name, const Entry& entry, std::uint64_t element_bytes) {
    std::uint64_t product = element_bytes;
    bool empty = false;
    for (const std::int64_t size : entry.sizes) {
        const auto factor = static_cast<std::uint64_t>(size);
        if (factor == 0) {
            empty = true;
            continue;
        }
        if (product > largest_number / factor)
            refuse("the shape of tensor " + in_quotes(name) + " multiplies to more than 2^63 - 1 bytes");
        product *= factor;
    }
    return empty ? 0 : product;
}

/// "[2, 3]", of a long shape only the beginning.
inline std::string short_shape(at::IntArrayRef sizes) {
    constexpr std::size_t shown = 8;
    if (sizes.size() <= shown) return shape_text(sizes);
    return shape_text(sizes.slice(0, shown)) + " and " + std::to_string(sizes.size() - shown) + " sizes more";
}

/// @throws FileError unless the entry lies in the data and has the bytes that its shape needs.
inline void check_entry(const std::string& name, const Entry& entry, std::uint64_t data_bytes) {
    const std::string range = "[" + std::to_string(entry.begin) + ", " + std::to_string(entry.end) + "]";
    const std::string where = "the data_offsets " + range + " of tensor " + in_quotes(name);
    if (entry.begin > entry.end) refuse(where + " end before they begin");
    if (entry.end > data_bytes) refuse(where + " lie outside the file, whose data has " + bytes_text(data_bytes));
    const Dtype* dtype = find_dtype(entry.dtype);
    const std::uint64_t needed = expected_bytes(name, entry, dtype ? c10::elementSize(dtype->type) : 1);
    if (dtype && entry.end - entry.begin != needed)
        refuse(where + " hold " + bytes_text(entry.end - entry.begin) + ", but its dtype " + entry.dtype +
               " and shape " + short_shape(entry.sizes) + " need " + bytes_text(needed));
}

/// The names in the order of their data.
/// @post the tensors cover the data, without hole or overlap
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
        if (entry.begin < position) refuse("tensor " + in_quotes(name) + " overlaps the one before it");
        if (entry.begin > position)
            refuse("a hole of " + bytes_text(entry.begin - position) + " lies in front of tensor " + in_quotes(name));
        position = entry.end;
        names.push_back(name);
    }
    if (position != data_bytes) refuse(bytes_text(data_bytes - position) + " after the last tensor belong to none");
    return names;
}

// ---- writing it ---------------------------------------------------------------------------------------------

using NamedTensor = std::pair<const std::string, at::Tensor>;

/// Why the tensor cannot be stored and what to do, or empty.
inline std::string fault_of(const NamedTensor& named) {
    const auto& [name, tensor] = named;
    if (name == metadata_key) return "has the name that the format keeps for metadata: give it another";
    if (!tensor.defined()) return "is undefined: leave it out";
    if (tensor.is_nested() || tensor.layout() != at::kStrided) return "is not dense: call to_dense() on it first";
    if (tensor.is_meta()) return "is on the meta device and has no values: materialise it first";
    if (!find_dtype(tensor.scalar_type()))
        return "has dtype " + dtype_text(tensor.scalar_type()) + ", which the file cannot hold: convert it first";
    return "";
}

/// The tensors in the order of the reference writer: by dtype, widest alignment first, then by name.
/// @throws FileError if one cannot be stored
inline std::vector<const NamedTensor*> writing_order(const std::map<std::string, at::Tensor>& tensors) {
    std::vector<const NamedTensor*> order;
    for (const NamedTensor& named : tensors) {
        if (const std::string fault = fault_of(named); !fault.empty())
            throw FileError("tensor " + in_quotes(named.first) + " " + fault);
        order.push_back(&named);
    }
    std::stable_sort(order.begin(), order.end(), [](const NamedTensor* a, const NamedTensor* b) {
        return find_dtype(a->second.scalar_type()) < find_dtype(b->second.scalar_type());
    });
    return order;
}

/// The text as JSON writes it, with its quotes.
inline std::string json_string(const std::string& text) {
    try {
        return nlohmann::json(text).dump();
    } catch (const nlohmann::json::exception&) {
        refuse("a name or metadata is not UTF-8, " + in_quotes(text) + " came", "encode it as UTF-8");
    }
}

inline std::string metadata_json(const std::map<std::string, std::string>& metadata) {
    std::string text;
    for (const auto& [key, value] : metadata)
        text += (text.empty() ? "" : ",") + json_string(key) + ":" + json_string(value);
    return json_string(metadata_key) + ":{" + text + "}";
}

inline std::string entry_json(const NamedTensor& named, std::uint64_t begin) {
    const auto& [name, tensor] = named;
    std::string sizes;
    for (const std::int64_t size : tensor.sizes()) sizes += (sizes.empty() ? "" : ",") + std::to_string(size);
    const std::string dtype(find_dtype(tensor.scalar_type())->name);
    const std::string range = std::to_string(begin) + "," + std::to_string(begin + tensor.nbytes());
    return json_string(name) + R"(:{"dtype":")" + dtype + R"(","shape":[)" + sizes + R"(],"data_offsets":[)" + range +
           "]}";
}

/// The header's text, padded so that the data behind it begins at a multiple of 8.
inline std::string encode_header(const std::vector<const NamedTensor*>& order,
                                 const std::map<std::string, std::string>& metadata) {
    std::string text = "{";
    if (!metadata.empty()) text += metadata_json(metadata);
    std::uint64_t position = 0;
    for (const NamedTensor* named : order) {
        if (text.size() > 1) text += ",";
        text += entry_json(*named, position);
        position += named->second.nbytes();
    }
    text += "}";
    text.append((8 - text.size() % 8) % 8, ' ');
    if (text.size() > longest_header)
        refuse("would need a header of " + bytes_text(text.size()) + ", but 100 MB are the limit",
               "write several files");
    return text;
}

}  // namespace suture::detail::safetensors
