// Added tokens: their ids, and where they are found in a text. tests/tokenizers compares them with Python.
#include "suture/tokenizer/detail/added_tokens.hpp"

#include "doctest.hpp"
#include "laws/property.hpp"
#include "message.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

using nlohmann::json;
using suture::FileError;
using suture::Index;
using suture::detail::AddedToken;
using suture::detail::AddedTokens;
using suture::detail::Normalizer;
using suture::detail::Vocabulary;
using suture::detail::WordTrie;
using suture_test::message_of;
using suture_test::says;

namespace {
AddedToken token(const char* content) { return AddedToken::special_of(content); }
const Vocabulary model({{0, "a"}, {1, "b"}, {5, "c"}});

AddedTokens added(const std::vector<AddedToken>& tokens, const Normalizer& normalizer = {}) {
    AddedTokens all;
    all.add(tokens, model, normalizer);
    return all;
}
/// A text with its tokens as [id].
std::string shown(const AddedTokens& tokens, const std::string& text, bool normalized = false) {
    std::string all;
    for (const auto& part : tokens.parts(text, normalized))
        all += part.id ? "[" + std::to_string(*part.id) + "]" : std::string(part.text);
    return all;
}
}  // namespace

TEST_CASE("a token that the model has keeps its id; others follow the number of tokens, as in Python") {
    const AddedTokens tokens = added({token("c"), token("x"), token("y"), token("")});
    CHECK(tokens.find("c") == 5);
    CHECK(tokens.find("x") == 3);  // the model has three tokens, whatever their ids
    CHECK(tokens.find("y") == 4);
    CHECK_FALSE(tokens.find(""));
    AddedTokens more = tokens;
    more.add({token("x"), token("z")}, model, {});
    CHECK(more.find("x") == 3);
    CHECK(more.find("z") == 6);
}

TEST_CASE("the leftmost token is found, and of those the longest") {
    const AddedTokens tokens = added({token("<a>"), token("<a>b"), token("b<")});
    CHECK(shown(tokens, "x<a>b<a>y<a") == "x[4][3]y<a");
    CHECK(shown(tokens, "b<a>") == "[5]a>");
    CHECK(shown(tokens, "") == "");
    CHECK(shown(added({}), "<a>") == "<a>");
}

TEST_CASE("white space around a token goes with it, and a word's token stands alone") {
    AddedToken left = token("<l>"), right = token("<r>"), word = token("<w>");
    left.lstrip = true, right.rstrip = true, word.single_word = true;
    const AddedTokens tokens = added({left, right, word});
    CHECK(shown(tokens, "a \u3000<l> b") == "a[3] b");
    CHECK(shown(tokens, "a <r>\n b") == "a [4]b");
    CHECK(shown(tokens, "<r>  <l>") == "[4][3]");
    CHECK(shown(tokens, "<w> a<w> <w>é -<w>-") == "[5] a<w> <w>é -[5]-");
}

TEST_CASE("a run of white space is walked once, however many tokens lie in it") {
    // Walked once for each token, these texts would take hours.
    const std::string run(1'000'000, '\n'), text = "x" + run + "y";
    for (const bool left : {true, false})
        for (const bool right : {true, false}) {
            AddedToken line = token("\n");
            line.lstrip = left, line.rstrip = right;
            const AddedTokens tokens = added({line});
            const auto parts = tokens.parts(text, false);
            CHECK(parts.size() == (left && right ? 3 : run.size() + 2));
            CHECK(parts.front().text == "x");
            CHECK(parts.back().text == "y");
        }
}

TEST_CASE("normalized tokens are found in the normalized text") {
    AddedToken upper;
    upper.content = "ABC";
    const AddedTokens tokens = added({upper, token("X")}, Normalizer(json{{"type", "Lowercase"}}));
    CHECK(shown(tokens, "abcABCX") == "abcABC[4]");
    CHECK(shown(tokens, "abcABCX", true) == "[3]ABCX");
    CHECK(*tokens.find_text(3) == "abc");
    CHECK(tokens.is_special("X"));
    CHECK_FALSE(tokens.is_special("ABC"));
    AddedToken lower;
    lower.content = "abc";
    CHECK(says(message_of<FileError>([&] {
                   (void)added({upper, lower}, Normalizer(json{{"type", "Lowercase"}}));
               }),
               "which is the same as another token once it is normalized"));
}

TEST_CASE("special tokens can be left in the text") {
    AddedTokens tokens = added({token("<s>")});
    tokens.ignore_special_tokens_in_texts();
    CHECK(shown(tokens, "a<s>") == "a<s>");
}

TEST_CASE("a trie has each word once, and finds the longest at each place") {
    WordTrie words;
    CHECK(words.empty());
    CHECK(words.add("ab", 1));
    CHECK_FALSE(words.add("ab", 2));
    words.link();
    const auto longest = words.longest("abcab");
    CHECK(words.found(longest[0]).length == 2);
    CHECK(words.found(longest[3]).id == 1);
    for (const std::size_t at : {1u, 2u, 4u}) CHECK(words.found(longest[at]).length == 0);
    CHECK(words.longest("").empty());
}

TEST_CASE("of overlapping words, each place has the longest that begins there") {
    laws::for_all("as by trying all of them", 500, [] {
        const auto draw_word = [](int most) {
            std::string word;
            for (auto left = laws::draw(1, most); left > 0; --left) word += static_cast<char>('a' + laws::draw(0, 1));
            return word;
        };
        WordTrie trie;
        std::map<std::string, Index> words;
        for (Index id = 0; id < 6; ++id) {
            const std::string word = draw_word(7);
            RC_ASSERT(trie.add(word, id) == words.emplace(word, id).second);
        }
        trie.link();
        const std::string text = draw_word(40);
        const auto found = trie.longest(text);
        for (std::size_t at = 0; at < text.size(); ++at) {
            std::size_t longest = 0;
            for (const auto& [word, id] : words)
                if (text.compare(at, word.size(), word) == 0) longest = std::max(longest, word.size());
            RC_ASSERT(trie.found(found[at]).length == longest);
            if (longest) RC_ASSERT(trie.found(found[at]).id == words.at(text.substr(at, longest)));
        }
    });
}

TEST_CASE("a long token that a text nearly has everywhere costs no more than a short one") {
    // Tried anew at each place, these texts would take hours.
    const std::string run(20000, 'a'), text(1'000'000, 'a');
    const AddedTokens tokens = added({token((run + "b").c_str()), token("<s>")});
    CHECK(tokens.parts(text, false).size() == 1);
    const AddedTokens several = added({token((run + "b").c_str()), token("a"), token(("a" + run).c_str())});
    CHECK(several.parts(text, false).size() == 49 + 19951);  // as many of 20001 letters as there are, and the rest
}

TEST_CASE("a token of white space that the one before it took is left out where it reaches back, as in Rust") {
    AddedToken both = token("\n"), right = token("\n"), word = token("<w>");
    both.lstrip = both.rstrip = right.rstrip = word.rstrip = true;
    CHECK(shown(added({both}), "a\n\n b") == "a[3]b");
    CHECK(shown(added({right}), "a\n\n b") == "a[3][3]b");
    AddedToken left = token("\n");
    left.lstrip = true;
    CHECK(shown(added({word, left}), "<w>\n\n  a") == "[3]a");
    CHECK(shown(added({word, token(" x")}), "<w> x a") == "[3][4] a");
}

TEST_CASE(
    "a token of which the normalizer leaves nothing is refused: Python would find it between any two characters") {
    AddedToken spaces = token("   ");
    spaces.normalized = true;
    CHECK(says(message_of<FileError>([&] {
                   added({spaces}, Normalizer(json{{"type", "Strip"}}));
               }),
               "added_tokens has \"   \", of which the normalizer leaves nothing"));
    spaces.normalized = false;
    CHECK(shown(added({spaces}, Normalizer(json{{"type", "Strip"}})), "a   b") == "a[3]b");
}
