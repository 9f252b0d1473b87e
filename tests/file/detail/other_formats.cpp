// Files of other formats are told by their first bytes.
#include "suture/file/detail/other_formats.hpp"

#include "file/files.hpp"

#include <string>

using namespace files;

TEST_CASE("a file of another format is named, with what to do") {
    const auto refused = [](const std::string& bytes) {
        return error_of([&] { suture::detail::refuse_other_format("a dir/model.bin", bytes, bytes.size()); });
    };
    CHECK(contains(refused(std::string("PK\x03\x04") + std::string(40, '\0')),
                   "is a ZIP archive, such as torch.save writes: convert it with python3 -c "));
    CHECK(contains(refused("\x80\x02}q"), "is a pickle, such as torch.save wrote"));
    CHECK(contains(refused("\x80\x02}q"), " 'a dir/model.bin' 'a dir/converted.safetensors'"));
    CHECK(contains(refused("GGUF\x03"), "is a GGUF file of llama.cpp: download"));
    CHECK(contains(refused("\x89HDF\r\n\x1a\n"), "is an HDF5 file"));
    CHECK(contains(refused("\x93NUMPY"), "is a NumPy array"));
    CHECK(contains(refused("\x1F\x8B\x08"), "is compressed with gzip: unpack it first"));
    CHECK(contains(refused("<!DOCTYPE html><html>"), "is a web page of 21 bytes, not the file: download"));
    CHECK(contains(refused("\n <html>"), "is a web page"));
    CHECK(contains(refused("{\"a\": 1}"), "is JSON text, not a safetensors file: name"));
    CHECK(
        contains(refused("Entry not found"), "is a text, not a safetensors file: it begins with \"Entry not found\""));
    CHECK(contains(refused("Größe\n"), "is a text"));
    CHECK(contains(refused(" "), "is a text"));
    CHECK(refused("") == "");
    CHECK(refused(std::string(16, '\0')) == "");
    CHECK(refused("\x01\x02\x03\x04 words") == "");
}

TEST_CASE("a Git LFS pointer is named with the size of its file") {
    const auto refused = [](const std::string& bytes) {
        return error_of([&] { suture::detail::refuse_lfs_pointer(bytes); });
    };
    const std::string first = "version https://git-lfs.github.com/spec/v1\noid sha256:aa\n";
    CHECK(contains(refused(first + "size 854016\n"),
                   "is a Git LFS pointer to a file of 854016 bytes, not the file: run"));
    CHECK(contains(refused(first), "is a Git LFS pointer, not the file"));
    CHECK(refused("version 2") == "");
}

TEST_CASE("a path in the command that converts a checkpoint is quoted for a shell") {
    const std::string command = suture::detail::conversion_command("my model's/*.bin", "out dir/model.safetensors");
    CHECK(contains(command, "python3 -c \"import glob"));
    CHECK(contains(command, "'my model'\\''s/*.bin' 'out dir/model.safetensors'"));
}
