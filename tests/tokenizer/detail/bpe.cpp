// The model of a tokenizer.json. tests/tokenizers compares it with Python.
#include "suture/tokenizer/detail/bpe.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <vector>

using nlohmann::json;
using suture::FileError;
using suture::Index;
using suture::detail::Bpe;
using suture_test::message_of;
using suture_test::says;

namespace {
using Ids = std::vector<Index>;

json model(const json& changes = json::object()) {
    json all{{"type", "BPE"},
             {"vocab", {{"<unk>", 0}, {"a", 1}, {"b", 2}, {"ab", 3}, {"<0xC3>", 4}, {"<0xA9>", 5}, {"abc", 6}}},
             {"merges", {"a b"}}};
    all.update(changes);
    return all;
}
}  // namespace

TEST_CASE("characters become tokens that are merged; merges are pairs in one text or in two") {
    CHECK(Bpe(model()).encode("abba") == Ids{3, 2, 1});
    CHECK(Bpe(model({{"merges", json::array({json::array({"a", "b"})})}})).encode("abba") == Ids{3, 2, 1});
    CHECK(Bpe(model()).encode("") == Ids{});
}

TEST_CASE("a character without a token is left out, is the unknown token, or becomes bytes") {
    CHECK(Bpe(model()).encode("axéb") == Ids{3});
    CHECK(Bpe(model({{"unk_token", "<unk>"}})).encode("axxb") == Ids{1, 0, 0, 2});
    CHECK(Bpe(model({{"unk_token", "<unk>"}, {"fuse_unk", true}})).encode("axxb") == Ids{1, 0, 2});
    CHECK(Bpe(model({{"unk_token", "<unk>"}, {"byte_fallback", true}})).encode("aéb") == Ids{1, 4, 5, 2});
    CHECK(Bpe(model({{"unk_token", "<unk>"}, {"byte_fallback", true}})).encode("aèb") == Ids{1, 0, 2});
    // As in the Rust crate: an unknown character waits until a known one, and bytes overtake it.
    CHECK(Bpe(model({{"unk_token", "<unk>"}, {"byte_fallback", true}})).encode("xéb") == Ids{4, 5, 0, 2});
}

TEST_CASE("a piece that is a token is not merged where merges are ignored") {
    CHECK(Bpe(model()).encode("abc") == Ids{3});
    CHECK(Bpe(model({{"ignore_merges", true}})).encode("abc") == Ids{6});
}

TEST_CASE("characters inside a word have a prefix, and the last has a suffix") {
    const json prefixed{{"vocab", {{"a", 0}, {"##b", 1}, {"ab", 2}}},
                        {"merges", json::array({json::array({"a", "##b"})})},
                        {"continuing_subword_prefix", "##"}};
    CHECK(Bpe(model(prefixed)).encode("ab") == Ids{2});
    CHECK(Bpe(model(prefixed)).encode("abb") == Ids{2, 1});
    const json suffixed{{"vocab", {{"a", 0}, {"b</w>", 1}, {"ab</w>", 2}, {"a</w>", 3}}},
                        {"merges", json::array({json::array({"a", "b</w>"})})},
                        {"end_of_word_suffix", "</w>"}};
    CHECK(Bpe(model(suffixed)).encode("ab") == Ids{2});
    CHECK(Bpe(model(suffixed)).encode("aa") == Ids{0, 3});
}

TEST_CASE("dropout and other models are refused") {
    CHECK_NOTHROW(Bpe(model({{"dropout", nullptr}})));
    CHECK_NOTHROW(Bpe(model({{"dropout", 0.0}})));
    CHECK(says(message_of<FileError>([] { (void)Bpe(model({{"dropout", 0.5}})); }), "model has a dropout of 0.5"));
    CHECK(says(message_of<FileError>([] {
                   (void)Bpe(model({{"type", "WordLevel"}}));
               }),
               "model has the type \"WordLevel\""));
    CHECK(says(message_of<FileError>([] {
                   (void)Bpe(model({{"merges", "a b"}}));
               }),
               "model has the merges \"a b\" and not a list"));
}
