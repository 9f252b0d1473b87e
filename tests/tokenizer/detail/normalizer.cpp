// Normalizers of a tokenizer.json. tests/tokenizers compares them with Python.
#include "suture/tokenizer/detail/normalizer.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <string>

using nlohmann::json;
using suture::FileError;
using suture::detail::Normalizer;
using suture_test::message_of;
using suture_test::says;

TEST_CASE("each kind changes a text as in Python") {
    struct Case {
        json normalizer;
        std::string text, normalized;
    };
    const std::vector<Case> cases{
        {{{"type", "NFC"}}, "e\u0301", "\u00E9"},
        {{{"type", "NFKD"}}, "\uFB01", "fi"},
        {{{"type", "Lowercase"}}, "AÉİΣ", "aéi\u0307σ"},
        {{{"type", "StripAccents"}}, "e\u0301\u0323x", "ex"},
        {{{"type", "Strip"}, {"strip_left", true}, {"strip_right", false}}, "\u3000 a ", "a "},
        {{{"type", "Strip"}, {"strip_left", true}, {"strip_right", true}}, " \n", ""},
        {{{"type", "Nmt"}}, "a\u0001\tb\u200B\uFFFD", "a b  "},
        {{{"type", "Prepend"}, {"prepend", "▁"}}, "a", "▁a"},
        {{{"type", "Prepend"}, {"prepend", "▁"}}, "", ""},
        {{{"type", "ByteLevel"}}, "é \n", "Ã©ĠĊ"},
        {{{"type", "Replace"}, {"pattern", {{"String", "a."}}}, {"content", "-"}}, "ab a.a.", "ab --"},
        {{{"type", "Replace"}, {"pattern", {{"Regex", "\\s+"}}}, {"content", " "}}, "a \n b", "a b"},
        {{{"type", "Sequence"}, {"normalizers", {{{"type", "NFD"}}, {{"type", "StripAccents"}}}}}, "é", "e"},
        {{{"type", "Sequence"}, {"normalizers", json::array()}}, "é", "é"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.normalizer.dump());
        CHECK(Normalizer(c.normalizer)(c.text) == c.normalized);
    }
    CHECK(Normalizer()("é") == "é");
    CHECK(Normalizer().changes_nothing());
}

TEST_CASE("another kind is refused with its type and place") {
    CHECK(message_of<FileError>([] {
              (void)Normalizer(json{{"type", "BertNormalizer"}});
          }) ==
          "normalizer has the type \"BertNormalizer\", which is not supported: use NFC, NFD, NFKC, NFKD, Lowercase, "
          "StripAccents, "
          "Strip, Nmt, ByteLevel, Prepend, Replace or a Sequence of them");
    CHECK(
        says(message_of<FileError>([] {
                 (void)Normalizer(json{{"type", "Sequence"}, {"normalizers", {{{"type", "NFC"}}, {{"type", "Else"}}}}});
             }),
             "normalizer[1] has the type \"Else\""));
    CHECK(says(message_of<FileError>([] {
                   (void)Normalizer(json{{"type", "Replace"}, {"content", ""}});
               }),
               "has no pattern"));
}
