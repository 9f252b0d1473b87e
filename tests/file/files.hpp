// Shared by the tests of files: a folder of the test's own, files written byte by byte, and the errors about them.
#pragma once

#include "suture/file/safetensors.hpp"

#include "doctest.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/quantize_per_tensor.h>

#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace files {

namespace fs = std::filesystem;
using Tensors = std::map<std::string, at::Tensor>;
using suture::FileError;
using suture::Safetensors;
using suture::save_safetensors;

/// A directory of the test's own, removed with its contents.
class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "suture-safetensors-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path_); }

    fs::path operator/(const char* name) const { return path_ / name; }
    fs::path path() const { return path_; }
    long entries() const { return std::distance(fs::directory_iterator(path_), fs::directory_iterator()); }

private:
    fs::path path_;
};

inline void write_bytes(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::string bytes_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline std::string little_endian(std::uint64_t number) {
    std::string bytes;
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xFF);
    return bytes;
}

/// A file with this header, followed by `data_bytes` zeros.
inline std::string image(const std::string& header, std::size_t data_bytes = 0) {
    return little_endian(header.size()) + header + std::string(data_bytes, '\0');
}

inline std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

/// The message of the task's FileError; empty if there is none.
template <class Task>
std::string error_of(Task task) {
    try {
        task();
    } catch (const FileError& error) {
        return error.what();
    }
    return "";
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The message of the error from opening a file of these bytes; empty if there is none.
inline std::string refusal_of(const std::string& bytes) {
    const Folder folder;
    const fs::path path = folder / "bad.safetensors";
    write_bytes(path, bytes);
    const std::string message = error_of([&] { Safetensors::open(path).load_all(); });
    if (!message.empty()) CHECK(contains(message, path.string() + ": "));
    return message;
}

/// Checks that the error from opening a file of these bytes contains all of the parts, and a remedy.
inline void check_refused(const std::string& bytes, const std::vector<std::string>& parts) {
    const std::string message = refusal_of(bytes);
    CAPTURE(message);
    for (const std::string& part : parts) {
        CAPTURE(part);
        CHECK(contains(message, part));
    }
    CHECK(message.rfind(": ") > message.find(": "));
}

inline bool same_bits(const at::Tensor& a, const at::Tensor& b) {
    if (a.scalar_type() != b.scalar_type() || a.sizes() != b.sizes()) return false;
    const at::Tensor left = a.contiguous(), right = b.contiguous();
    return left.numel() == 0 || std::memcmp(left.data_ptr(), right.data_ptr(), left.nbytes()) == 0;
}

inline bool same_bits(const Tensors& a, const Tensors& b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](const auto& left, const auto& right) {
               return left.first == right.first && same_bits(left.second, right.second);
           });
}

const std::map<std::string, at::ScalarType> stored_dtypes{
    {"F64", at::kDouble}, {"F32", at::kFloat}, {"F16", at::kHalf},        {"BF16", at::kBFloat16},
    {"I64", at::kLong},   {"I32", at::kInt},   {"I16", at::kShort},       {"I8", at::kChar},
    {"U8", at::kByte},    {"BOOL", at::kBool}, {"C64", at::kComplexFloat}};

/// The bytes as a tensor of uint8.
inline at::Tensor bytes_tensor(const std::string& bytes) {
    at::Tensor tensor = at::empty({static_cast<std::int64_t>(bytes.size())}, at::kByte);
    if (!bytes.empty()) std::memcpy(tensor.data_ptr(), bytes.data(), bytes.size());
    return tensor;
}

/// A tensor of random bytes, whose numbers include NaNs with payloads, infinities and negative zeros.
inline at::Tensor random_bits(at::IntArrayRef sizes, at::ScalarType type, std::mt19937_64& random) {
    at::Tensor tensor = at::empty(sizes, type);
    auto* bytes = static_cast<unsigned char*>(tensor.data_ptr());
    const unsigned mask = type == at::kBool ? 1 : 0xFF;
    for (std::size_t i = 0; i < tensor.nbytes(); ++i) bytes[i] = static_cast<unsigned char>(random() & mask);
    return tensor;
}

inline Tensors small_tensors() {
    return {{"weight", at::arange(6, at::kFloat).reshape({2, 3})},
            {"half", at::ones({3}, at::kHalf)},
            {"flag", at::ones({5}, at::kBool)},
            {"none", at::zeros({0, 3}, at::kInt)},
            {"one", at::full({}, 7, at::kLong)}};
}

inline std::string small_image(const std::map<std::string, std::string>& metadata = {{"format", "pt"}}) {
    const Folder folder;
    save_safetensors(folder / "small.safetensors", small_tensors(), metadata);
    return bytes_of(folder / "small.safetensors");
}

/// The directory of the trained model that some tests read, if it is available.
inline std::optional<fs::path> shared_data() {
    std::vector<fs::path> places;
    if (const char* given = std::getenv("SUTURE_SHARED_DATA")) places.emplace_back(given);
#ifdef SUTURE_SOURCE_DIR
    places.push_back(fs::path(SUTURE_SOURCE_DIR) / "../shared/data");
#endif
    for (const fs::path& place : places)
        if (fs::exists(place / "nano-sort/model.safetensors")) return place / "nano-sort";
    return std::nullopt;
}

}  // namespace files

// ---- what comes back ----------------------------------------------------------------------------------------
