// Random and damaged files, read and refused as Python's safetensors does: python_files.py makes them and says what Python
// does with each. Those in data/python_files.json are always compared; where Python has safetensors, new ones as well.
#include "suture/file/safetensors.hpp"

#include "file/files.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdlib>
#include <fstream>
#include <string>

using namespace files;

namespace {

std::string from_base64(const std::string& text) {
    std::string bytes;
    std::uint32_t bits = 0;
    int held = 0;
    const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (const char c : text) {
        if (c == '=') break;
        bits = bits << 6 | static_cast<std::uint32_t>(letters.find(c));
        if ((held += 6) < 8) continue;
        held -= 8;
        bytes += static_cast<char>(bits >> held & 0xFF);
    }
    return bytes;
}

std::string text_of(const at::Tensor& bytes) {
    return {static_cast<const char*>(bytes.data_ptr()), static_cast<std::size_t>(bytes.numel())};
}

/// What suture does otherwise than Python with this file; empty if nothing.
std::string difference(const fs::path& path, const nlohmann::json& python) {
    try {
        const auto file = Safetensors::open(path);
        const auto loaded = file.load_all();
        if (python.is_null()) return "Python refuses it, suture reads it";
        if (file.names().size() != python.size()) return "another number of tensors";
        for (const auto& [name, expected] : python.items()) {
            if (!file.contains(name)) return "no tensor " + name;
            if (file.stored_dtype(name) != expected[0]) return "another dtype of " + name;
            if (file.sizes(name) != expected[1].get<std::vector<std::int64_t>>()) return "another shape of " + name;
            if (text_of(file.load_bytes(name)) != from_base64(expected[2])) return "other bytes of " + name;
            if (file.can_load(name) != loaded.contains(name)) return "load_all() without " + name;
            if (file.can_load(name) == loaded.not_loaded.contains(name)) return "not_loaded is wrong about " + name;
            if (!file.can_load(name)) continue;
            const at::Tensor& tensor = loaded.at(name);
            if (std::string(static_cast<const char*>(tensor.data_ptr()), tensor.nbytes()) != from_base64(expected[2]))
                return "other values of " + name;
        }
        return "";
    } catch (const FileError& error) {
        return python.is_null() ? "" : std::string("suture refuses it: ") + error.what();
    }
}

struct Counts {
    int same = 0, refused = 0, on_purpose = 0;
};

Counts compare(const fs::path& cases) {
    const Folder folder;
    Counts counts;
    std::ifstream in(cases);
    for (const auto& one : nlohmann::json::parse(in)) {
        write_bytes(folder / "x.safetensors", from_base64(one["file"]));
        const std::string why = one["why"], differs = one["differs"];
        CAPTURE(why);
        CAPTURE(one["file"].get<std::string>());
        const std::string is_different = difference(folder / "x.safetensors", one["tensors"]);
        if (differs.empty()) {
            CHECK(is_different == "");
            ++(one["tensors"].is_null() ? counts.refused : counts.same);
        } else {
            CAPTURE(differs);
            // An unknown dtype may be in a file that is wrong otherwise, too.
            if (why.find("unknown variant") == why.npos) CHECK(is_different != "");
            ++counts.on_purpose;
        }
    }
    return counts;
}
}  // namespace

TEST_CASE("files are read and refused as Python does, but for what the format forbids or LibTorch cannot hold") {
    const Counts counts = compare(fs::path(SUTURE_SOURCE_DIR) / "tests/file/data/python_files.json");
    CHECK(counts.same > 50);
    CHECK(counts.refused > 30);
    CHECK(counts.on_purpose < 30);
}

TEST_CASE("new random files are read and refused as the Python at hand does") {
    const char* const made = std::getenv("SUTURE_PYTHON_FILES");
    if (!made || !fs::exists(made)) {
        MESSAGE(
            "skipped: there are no new files: install safetensors for Python and run ctest, or run "
            "tests/file/python_files.py and name its result in SUTURE_PYTHON_FILES");
        return;
    }
    const Counts counts = compare(made);
    MESSAGE(counts.same << " files read alike, " << counts.refused << " refused alike, " << counts.on_purpose
                        << " decided otherwise on purpose");
    CHECK(counts.same > 0);
}
