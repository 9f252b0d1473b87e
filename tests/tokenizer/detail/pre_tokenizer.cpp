// Pre-tokenizers of a tokenizer.json. tests/tokenizers compares them with Python.
#include "suture/tokenizer/detail/pre_tokenizer.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <string>
#include <vector>

using nlohmann::json;
using suture::FileError;
using suture::detail::PreTokenizer;
using suture_test::message_of;
using suture_test::says;

namespace {
using Texts = std::vector<std::string>;

Texts pieces(const json& pre_tokenizer, const std::string& text) {
    Texts texts;
    for (const auto& piece : PreTokenizer(pre_tokenizer)({text, true})) texts.push_back(piece.text);
    return texts;
}
json split(const json& pattern, const char* behavior, bool invert = false) {
    return {{"type", "Split"}, {"pattern", pattern}, {"behavior", behavior}, {"invert", invert}};
}
}  // namespace

TEST_CASE("each behaviour cuts at the matches as the examples of the Rust crate") {
    const std::string text = "The-final--countdown";
    for (const json& dash : {json{{"String", "-"}}, json{{"Regex", "-"}}}) {
        CHECK(pieces(split(dash, "Removed"), text) == Texts{"The", "final", "countdown"});
        CHECK(pieces(split(dash, "Isolated"), text) == Texts{"The", "-", "final", "-", "-", "countdown"});
        CHECK(pieces(split(dash, "MergedWithPrevious"), text) == Texts{"The-", "final-", "-", "countdown"});
        CHECK(pieces(split(dash, "MergedWithNext"), text) == Texts{"The", "-final", "-", "-countdown"});
        CHECK(pieces(split(dash, "Contiguous"), text) == Texts{"The", "-", "final", "--", "countdown"});
        CHECK(pieces(split(dash, "Removed", true), text) == Texts{"-", "-", "-"});
    }
}

TEST_CASE("each kind cuts a text as in Python") {
    struct Case {
        json pre_tokenizer;
        std::string text;
        Texts pieces;
    };
    const json bytes{{"type", "ByteLevel"}, {"add_prefix_space", false}},
        prefixed{{"type", "ByteLevel"}, {"add_prefix_space", true}};
    const json whole{{"type", "ByteLevel"}, {"add_prefix_space", true}, {"use_regex", false}};
    const std::vector<Case> cases{
        {bytes, "I'm  é1", {"I", "'m", "Ġ", "ĠÃ©", "1"}},
        {prefixed, "a b", {"Ġa", "Ġb"}},
        {prefixed, " a", {"Ġa"}},
        {whole, "a b", {"ĠaĠb"}},
        {{{"type", "Digits"}, {"individual_digits", true}}, "a12²b", {"a", "1", "2", "²", "b"}},
        {{{"type", "Digits"}, {"individual_digits", false}}, "a12²b", {"a", "12²", "b"}},
        {{{"type", "Punctuation"}}, "a,.$b", {"a", ",", ".", "$", "b"}},
        {{{"type", "Punctuation"}, {"behavior", "Contiguous"}}, "a,.$b", {"a", ",.$", "b"}},
        {{{"type", "WhitespaceSplit"}}, " a\u3000b.", {"a", "b."}},
        {{{"type", "Whitespace"}}, " a_1é..  b", {"a_1é", "..", "b"}},
        {{{"type", "CharDelimiterSplit"}, {"delimiter", "é"}}, "aéb", {"a", "b"}},
        {{{"type", "FixedLength"}, {"length", 2}}, "aébcd", {"aé", "bc", "d"}},
        {{{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "always"}}, "a  b", {"▁a", "▁", "▁b"}},
        {{{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "never"}, {"split", false}}, "a b", {"a▁b"}},
        {{{"type", "Metaspace"}, {"replacement", "▁"}, {"add_prefix_space", false}}, "a", {"a"}},
        {{{"type", "Sequence"}, {"pretokenizers", {{{"type", "Digits"}, {"individual_digits", true}}, bytes}}},
         "a 12",
         {"a", "Ġ", "1", "2"}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.pre_tokenizer.dump());
        CHECK(pieces(c.pre_tokenizer, c.text) == c.pieces);
    }
    CHECK(PreTokenizer(cases.back().pre_tokenizer).writes_bytes());
    CHECK_FALSE(PreTokenizer().writes_bytes());
}

TEST_CASE("the first piece alone gets a space where the scheme is first") {
    const PreTokenizer first(json{{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "first"}});
    CHECK(first({"a", true}).front().text == "▁a");
    CHECK(first({"a", false}).front().text == "a");
    const PreTokenizer after(json{{"type", "Sequence"},
                                  {"pretokenizers",
                                   {split({{"String", "-"}}, "Isolated"),
                                    {{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "first"}}}}});
    const auto cut = after({"a-b", true});
    CHECK(cut[0].text == "▁a");
    CHECK(cut[2].text == "b");
}

TEST_CASE("another kind or field is refused with its place") {
    const auto refusal = [](const json& j) { return message_of<FileError>([&] { (void)PreTokenizer(j); }); };
    CHECK(says(refusal({{"type", "BertPreTokenizer"}}),
               "pre_tokenizer has the type \"BertPreTokenizer\", which is not supported: use"));
    CHECK(says(refusal(split({{"Regex", "("}}, "Isolated")), "has a parenthesis that nothing closes"));
    CHECK(says(refusal(split({{"Else", "("}}, "Isolated")), "pre_tokenizer.pattern has no String"));
    CHECK(says(refusal({{"type", "CharDelimiterSplit"}, {"delimiter", "ab"}}),
               "has a delimiter that is not one character"));
    CHECK(says(refusal({{"type", "FixedLength"}, {"length", 0}}), "has the length 0"));
    CHECK(says(refusal({{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "some"}}),
               "has the prepend_scheme \"some\""));
    CHECK(says(
        refusal(
            {{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "always"}, {"add_prefix_space", false}}),
        "contradicts its prepend_scheme"));
}
