// The side files of a directory, and what is refused. tests/tokenizers compares directories with Python's transformers.
#include "suture/tokenizer/detail/directory.hpp"

#include "suture/tokenizer/tokenizer.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"
#include "tokenizer/gpt2_bpe.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
using Ids = std::vector<Index>;
using Files = std::vector<std::pair<const char*, std::string>>;

Tokenizer with(const Files& extra) {
    const files::Folder folder;
    gpt2_bpe::write_directory(folder);
    for (const auto& [name, bytes] : extra) files::write_bytes(folder / name, bytes);
    return Tokenizer::open(folder.path());
}
std::string refusal(const Files& extra) {
    return message_of<FileError>([&] { (void)with(extra); });
}
}  // namespace

TEST_CASE("added tokens are one token each, and special ones may be skipped") {
    const Tokenizer tokenizer =
        with({{"added_tokens.json", R"({"<|pad|>": 50257, "<|user|>": 50258})"},
              {"special_tokens_map.json", R"({"pad_token": "<|pad|>", "additional_special_tokens": ["<|x|>"]})"}});
    CHECK(tokenizer.encode("<|user|>Hello<|pad|>") == Ids{50258, 15496, 50257});
    CHECK(tokenizer.encode("<|x|>") == Ids{50259});
    CHECK(tokenizer.decode({50258, 15496, 50257}) == "<|user|>Hello<|pad|>");
    CHECK(tokenizer.decode({50258, 15496, 50257}, {.skip_special_tokens = true}) == "<|user|>Hello");
    CHECK(tokenizer.token_text(50257) == "<|pad|>");
}

TEST_CASE("a configuration adds a space before the text, and tokens around it") {
    CHECK(with({{"tokenizer_config.json", R"({"add_prefix_space": true})"}}).encode("world") == Ids{995});
    const Tokenizer both =
        with({{"tokenizer_config.json", R"({"add_bos_token": true, "add_eos_token": true, "eos_token": "<e>"})"}});
    CHECK(both.encode("Hello") == Ids{50256, 15496, 50257});
    CHECK(both.encode("Hello", {.add_special_tokens = false}) == Ids{15496});
}

TEST_CASE("a tokenizer.json comes before the other files") {
    const Tokenizer tokenizer =
        with({{"tokenizer.json", R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}})"},
              {"tokenizer_config.json", R"({"eos_token": "<e>", "add_bos_token": true, "bos_token": "<e>"})"}});
    CHECK(tokenizer.encode("a<e>") == Ids{0, 1});
}

TEST_CASE("files of a class that would encode otherwise are refused with the way out") {
    CHECK(says(refusal({{"tokenizer_config.json", R"({"tokenizer_class": "CLIPTokenizer"})"}}),
               "has a vocab.json, and tokenizer_config.json or config.json the tokenizer_class \"CLIPTokenizer\", "
               "which is not supported: save a tokenizer.json there"));
    CHECK(with({{"tokenizer_config.json", R"({"tokenizer_class": "GPT2TokenizerFast"})"}}).encode("Hello") ==
          Ids{15496});
    CHECK(says(refusal({{"config.json", R"({"tokenizer_class": "RobertaTokenizer"})"}}), "\"RobertaTokenizer\""));
}

TEST_CASE("Qwen2's files are read in its way") {
    for (const char* named :
         {R"({"tokenizer_class": "Qwen2Tokenizer"})", R"({"tokenizer_class": "Qwen2TokenizerFast"})"}) {
        const Tokenizer qwen = with({{"tokenizer_config.json", named}});
        CHECK(qwen.encode("12") == Ids{16, 17});  // digits are tokens by themselves
        CHECK(qwen.encode("e\u0301") == with({}).encode("\u00E9"));
    }
    CHECK(with({{"config.json", R"({"model_type": "qwen2"})"}}).encode("12") == Ids{16, 17});
}

TEST_CASE("invalid side files are refused with their names") {
    CHECK(says(refusal({{"tokenizer_config.json", "{"}}), "tokenizer_config.json is not JSON (parse error"));
    CHECK(
        says(refusal({{"added_tokens.json", "[]"}}), "added_tokens.json is JSON, but not an object: give the file as"));
    CHECK(says(refusal({{"added_tokens.json", R"({"a": "b"})"}}), "has an id that is not a number from 0 for \"a\""));
    CHECK(says(refusal({{"tokenizer_config.json", R"({"bos_token": 7})"}}),
               "tokenizer_config.json: bos_token is 7 and not an object"));
    CHECK(says(refusal({{"tokenizer_config.json", R"({"added_tokens_decoder": {"x": {"content": "a"}}})"}}),
               "added_tokens_decoder has the id \"x\""));
    CHECK(says(refusal({{"tokenizer_config.json", R"({"added_tokens_decoder": {"7": {}}})"}}),
               "added_tokens_decoder.7 has no content"));
    CHECK(says(refusal({{"tokenizer.json", "{}"}}), "tokenizer.json has no model"));
    CHECK(says(refusal({{"tokenizer.json", "["}}), "tokenizer.json is not JSON"));
    const std::string deep = std::string(300000, '[') + std::string(300000, ']');
    CHECK(says(refusal({{"tokenizer_config.json", R"({"additional_special_tokens": )" + deep + "}"}}),
               "tokenizer_config.json is JSON that is nested more than 200 deep"));
    CHECK(says(refusal({{"tokenizer.json", R"({"else": )" + deep + "}"}}),
               "tokenizer.json is JSON that is nested more than 200 deep"));
    CHECK(says(refusal({{"special_tokens_map.json", R"({"additional_special_tokens": [7]})"}}),
               "special_tokens_map.json: additional_special_tokens is 7 and not an object"));
}

// What transformers 5.24 does with these files.
namespace {
Tokenizer small(const std::string& added, const std::string& configuration) {
    const files::Folder folder;
    files::write_bytes(folder / "tokenizer.json",
                       R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}, "decoder": {"type": "Fuse"},
                          "added_tokens": [)" +
                           added + "]}");
    files::write_bytes(folder / "tokenizer_config.json", configuration);
    return Tokenizer::open(folder.path());
}
}  // namespace

TEST_CASE("a token of tokenizer.json that the configuration names is a special one") {
    const auto skipped = [&](const std::string& configuration) {
        return small(
                   R"({"id": 1, "content": "<pad>", "special": false}, {"id": 2, "content": "<b>", "special": false})",
                   configuration)
            .decode({0, 1, 2}, {.skip_special_tokens = true});
    };
    CHECK(skipped("{}") == "a<pad><b>");
    CHECK(skipped(R"({"pad_token": "<pad>"})") == "a<b>");
    CHECK(skipped(R"({"pad_token": "<pad>", "image_token": "<b>"})") == "a");
    CHECK(skipped(R"({"image_token": {"content": "<b>"}})") == "a<pad><b>");
    CHECK(skipped(R"({"image_token": {"content": "<b>", "__type": "AddedToken"}})") == "a<pad>");
    CHECK(skipped(R"({"pad_token": "<pad>", "added_tokens_decoder": {}})") == "a<pad><b>");
}

TEST_CASE("named further special tokens leave room for a list of others") {
    const auto encoded = [&](const std::string& extra) {
        return small("", R"({"additional_special_tokens": ["<l>"], "extra_special_tokens": )" + extra + "}")
            .encode("<n>a<l>");
    };
    CHECK(encoded(R"({"image": "<n>"})") == Ids{1, 0, 2});
    CHECK(encoded("{}") == Ids{0, 1});
    CHECK(encoded(R"(["<n>"])") == Ids{1, 0});
}
