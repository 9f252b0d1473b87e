// Several files under one index: read as one, or refused with the file that is missing or differs.
#include "suture/file/detail/safetensors_index.hpp"

#include "file/files.hpp"

#include <map>
#include <string>
#include <vector>

using namespace files;

namespace {
const char* const first = "model-00001-of-00002.safetensors";
const char* const second = "model-00002-of-00002.safetensors";

/// {"a": first, "b": second}, with this member more.
std::string index_text(const std::string& more = "") {
    return "{\"metadata\": {\"total_size\": 24, \"note\": \"x\"}, \"weight_map\": {\"a\": \"" + std::string(first) +
           "\", \"b\": \"" + second + "\"" + more + "}}";
}
fs::path write_index(const Folder& folder, const std::string& text) {
    write_bytes(folder / "model.safetensors.index.json", text);
    return folder / "model.safetensors.index.json";
}
void write_files(const Folder& folder, const Tensors& one, const Tensors& two) {
    save_safetensors(folder / first, one);
    save_safetensors(folder / second, two);
}
std::string refusal(const Folder& folder, const std::string& text) {
    const fs::path path = write_index(folder, text);
    const std::string message = error_of([&] { Safetensors::open(path).load_all(); });
    if (!message.empty()) CHECK(contains(message, path.string() + ": "));
    return message;
}
}  // namespace

TEST_CASE("the files that an index lists are read as one") {
    const Folder folder;
    const at::Tensor a = at::arange(3, at::kFloat), b = at::ones({2, 2}), extra = at::zeros({1});
    write_files(folder, {{"a", a}}, {{"b", b}, {"not listed", extra}});
    const auto file = Safetensors::open(write_index(folder, index_text()));
    CHECK(file.names() == std::vector<std::string>{"a", "b", "not listed"});
    CHECK(same_bits(file.load_all(), {{"a", a}, {"b", b}, {"not listed", extra}}));
    CHECK(same_bits(file.load("b"), b));
    CHECK(file.metadata() == std::map<std::string, std::string>{{"total_size", "24"}, {"note", "x"}});
    CHECK(contains(error_of([&] { file.load("c"); }), "index.json: there is no tensor \"c\": it has "));
}

TEST_CASE("a tensor that its listed file lacks is named when it is asked for") {
    const Folder folder;
    write_files(folder, {{"a", at::ones({1})}}, {{"c", at::ones({1})}});
    const auto file = Safetensors::open(write_index(folder, index_text()));
    CHECK_FALSE(file.contains("b"));
    CHECK(contains(error_of([&] { file.load("b"); }),
                   "it lists tensor \"b\" in \"model-00002-of-00002.safetensors\", which has none of that name"));
}

TEST_CASE("one tensor in two files is read if both agree, and refused otherwise") {
    const Folder folder;
    write_files(folder, {{"a", at::ones({2})}}, {{"a", at::ones({2})}, {"b", at::ones({1})}});
    CHECK(refusal(folder, index_text()) == "");
    for (const at::Tensor& other : {at::zeros({2}), at::ones({1, 2}), at::ones({2}, at::kDouble)}) {
        write_files(folder, {{"a", at::ones({2})}}, {{"a", other}, {"b", at::ones({1})}});
        CHECK(contains(refusal(folder, index_text()), "two of its files have a tensor \"a\", and they differ"));
    }
}

TEST_CASE("files that are not there are counted and named") {
    const Folder folder;
    CHECK(contains(
        refusal(folder, index_text()),
        "2 of the 2 files that it lists are not there, such as \"model-00001-of-00002.safetensors\": download"));
    save_safetensors(folder / first, {{"a", at::ones({1})}});
    CHECK(
        contains(refusal(folder, index_text()), "1 of the 2 files that it lists are not there, such as \"model-00002"));
    fs::create_symlink("../blobs/abc", folder / second);
    CHECK(contains(refusal(folder, index_text()), "(a symbolic link to nothing)"));
    fs::remove(folder / second);
    write_bytes(folder / second, "version https://git-lfs.github.com/spec/v1\nsize 7\n");
    CHECK(
        contains(refusal(folder, index_text()), "it lists \"model-00002-of-00002.safetensors\": is a Git LFS pointer"));
}

TEST_CASE("a text that is not an index is refused") {
    const Folder folder;
    write_files(folder, {{"a", at::ones({1})}}, {{"b", at::ones({1})}});
    CHECK(contains(refusal(folder, ""), "is empty"));
    CHECK(contains(refusal(folder, "{"), "is not JSON (parse error at line 1"));
    CHECK(contains(refusal(folder, "[]"), "must be an object, got a list"));
    CHECK(contains(refusal(folder, "3"), "must be an object, got 3"));
    CHECK(contains(refusal(folder, "{}"), "has no \"weight_map\""));
    CHECK(contains(refusal(folder, "{\"weight_map\": null}"), "its weight_map must be an object, got null"));
    CHECK(contains(refusal(folder, "{\"weight_map\": []}"), "its weight_map must be an object, got a list"));
    CHECK(contains(refusal(folder, "{\"weight_map\": {\"a\": 3}}"), "must name the file of tensor \"a\", got 3"));
    CHECK(contains(refusal(folder, "{\"weight_map\": {\"a\": {}}}"),
                   "must name the file of tensor \"a\", got an object"));
    CHECK(contains(refusal(folder, index_text(", \"a\": \"x.safetensors\"")), "has the tensor \"a\" twice"));
    for (const std::string outside : {"../x.safetensors", "/etc/passwd", "a/../../x.safetensors", ""})
        CHECK(contains(refusal(folder, "{\"weight_map\": {\"a\": \"" + outside + "\"}}"),
                       "is not a file beside the index"));
    CHECK(contains(refusal(folder, "version https://git-lfs.github.com/spec/v1\n"), "is a Git LFS pointer"));
    CHECK(contains(refusal(folder, "{\"weight_map\":" + std::string(300000, '[')), "got a list"));
    CHECK(refusal(folder,
                  "{\"x\": [[1, {\"weight_map\": 3}]], \"metadata\": {\"a\": {\"b\": [1]}, \"n\": null}, "
                  "\"weight_map\": {}}") == "");
}
