// Decoders of a tokenizer.json. tests/tokenizers compares them with Python.
#include "suture/tokenizer/detail/decoder.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <string>
#include <vector>

using nlohmann::json;
using suture::FileError;
using suture::detail::TokenDecoder;
using suture_test::message_of;
using suture_test::says;

TEST_CASE("each kind joins tokens as in Python") {
    struct Case {
        json decoder;
        std::vector<std::string> tokens;
        std::string text;
    };
    const std::vector<Case> cases{
        {{{"type", "ByteLevel"}}, {"Ġa", "Ã", "©", "é", "a b"}, " aé\uFFFDa b"},
        {{{"type", "Fuse"}}, {"a", "b"}, "ab"},
        {{{"type", "ByteFallback"}},
         {"<0xC3>", "<0xA9>", "x", "<0xC3>", "<0xC3>", "<0xZZ>", "<0x+A>"},
         "éx\uFFFD\uFFFD<0xZZ>\n"},
        {{{"type", "Replace"}, {"pattern", {{"String", "▁"}}}, {"content", " "}}, {"▁a▁", "b"}, " a b"},
        {{{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 2}}, {"  a   ", " ", ""}, " a "},
        {{{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "always"}}, {"▁a", "▁b"}, "a b"},
        {{{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "never"}}, {"▁a", "▁b"}, " a b"},
        {{{"type", "BPEDecoder"}, {"suffix", "</w>"}}, {"a", "b</w>", "c</w>"}, "ab c"},
        {{{"type", "BPEDecoder"}, {"suffix", "</w>"}}, {}, ""},
        {{{"type", "Sequence"},
          {"decoders", {{{"type", "Fuse"}}, {{"type", "Strip"}, {"content", "a"}, {"start", 1}, {"stop", 0}}}}},
         {"a", "a"},
         "a"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.decoder.dump());
        CHECK(TokenDecoder(c.decoder)(c.tokens) == c.text);
    }
    CHECK(TokenDecoder()({"a", "b"}) == "a b");
}

TEST_CASE("a label is what a token stands for alone") {
    CHECK(TokenDecoder(json{{"type", "ByteLevel"}}).label("Ã") == "\xC3");
    CHECK(TokenDecoder(json{{"type", "ByteFallback"}}).label("<0xC3>") == "\xC3");
    CHECK(TokenDecoder(json{{"type", "Metaspace"}, {"replacement", "▁"}}).label("▁a") == " a");
    CHECK(TokenDecoder(json{{"type", "Replace"}, {"pattern", {{"String", "▁"}}}, {"content", " "}}).label("▁a") ==
          " a");
    CHECK(TokenDecoder().label("Ġa") == "Ġa");
    TokenDecoder bytes;
    bytes.write_bytes_in_labels();
    CHECK(bytes.label("Ġa") == " a");
    CHECK(bytes({"Ġa", "b"}) == "Ġa b");
}

TEST_CASE("another kind is refused") {
    CHECK(says(message_of<FileError>([] {
                   (void)TokenDecoder(json{{"type", "CTC"}});
               }),
               "decoder has the type \"CTC\", which is not supported: use"));
    CHECK(says(message_of<FileError>([] {
                   (void)TokenDecoder(json{{"type", "Strip"}, {"content", ""}, {"start", 0}, {"stop", 0}});
               }),
               "has a content that is not one character"));
}
