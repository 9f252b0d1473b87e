// Merges: the order in which pairs become one token, and the format of merges.txt.
#include "suture/tokenizer/detail/merges.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "laws/property.hpp"
#include "message.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace suture;
using suture::detail::MergeTable;
using suture::detail::Vocabulary;
using suture_test::message_of;
using suture_test::says;

namespace {
using Texts = std::vector<std::string>;

MergeTable table_of(const std::string& bytes, const Vocabulary& tokens) {
    const files::Folder folder;
    files::write_bytes(folder / "merges.txt", bytes);
    return MergeTable::read(folder / "merges.txt", tokens);
}
Vocabulary vocabulary_of(const Texts& texts) {
    std::vector<suture::detail::Token> tokens;
    for (const std::string& text : texts) tokens.push_back({static_cast<Index>(tokens.size()), text});
    return Vocabulary(std::move(tokens));
}
/// The tokens of a word, merged from one-byte tokens.
Texts merged(const MergeTable& merges, const Vocabulary& tokens, const std::string& word) {
    std::vector<Index> ids;
    for (const char byte : word) ids.push_back(tokens.find(byte == ' ' ? "Ġ" : std::string(1, byte)).value());
    Texts texts;
    for (const Index id : merges.merged(ids)) texts.push_back(tokens.text(id));
    return texts;
}
const Vocabulary small = vocabulary_of({"a", "b", "c", "Ġ", "ab", "bc", "abc", "Ġa", "aa"});
std::string refusal(const std::string& bytes) {
    return message_of<FileError>([&] { (void)table_of(bytes, small); });
}

/// Merges as they are learnt: each joins two existing tokens.
struct Learnt {
    Texts tokens{"a", "b", "c"};
    std::vector<std::pair<std::string, std::string>> pairs;

    std::string file() const {
        std::string lines = "#version: 0.2\n";
        for (const auto& [left, right] : pairs) lines += left + " " + right + "\n";
        return lines;
    }
};
Learnt draw_learnt() {
    Learnt learnt;
    for (auto left = laws::draw(0, 12); left > 0; --left) {
        const std::string first = laws::one_of(learnt.tokens), second = laws::one_of(learnt.tokens);
        const std::string both = first + second;
        if (std::find(learnt.tokens.begin(), learnt.tokens.end(), both) != learnt.tokens.end()) continue;
        learnt.tokens.push_back(both);
        learnt.pairs.emplace_back(first, second);
    }
    RC_LOG() << learnt.file();
    return learnt;
}
std::string draw_word() {
    std::string word;
    for (auto left = laws::draw(0, 40); left > 0; --left) word += laws::one_of<char>({'a', 'b', 'c'});
    RC_LOG() << word << "\n";
    return word;
}
/// The published procedure, in its slow form: merge by merge, every occurrence of the pair, from the left.
Texts merged_slowly(const Learnt& learnt, const std::string& word) {
    Texts texts;
    for (const char byte : word) texts.emplace_back(1, byte);
    for (const auto& [left, right] : learnt.pairs) {
        Texts joined;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            const bool is_pair = i + 1 < texts.size() && texts[i] == left && texts[i + 1] == right;
            joined.push_back(is_pair ? left + right : texts[i]);
            i += is_pair;
        }
        texts = joined;
    }
    return texts;
}
}  // namespace

TEST_CASE("merging a word equals merging all occurrences of one pair after another") {
    laws::for_all("merged == merged_slowly", 300, [] {
        const Learnt learnt = draw_learnt();
        const Vocabulary tokens = vocabulary_of(learnt.tokens);
        const MergeTable merges = table_of(learnt.file(), tokens);
        for (int i = 0; i < 5; ++i) {
            const std::string word = draw_word();
            RC_ASSERT(merged(merges, tokens, word) == merged_slowly(learnt, word));
        }
    });
}

TEST_CASE("earlier lines are merged first, and of one pair the leftmost occurrence") {
    CHECK(merged(table_of("a b\nb c\nab c\n", small), small, "abc") == Texts{"abc"});
    CHECK(merged(table_of("b c\na b\nab c\n", small), small, "abc") == Texts{"a", "bc"});
    CHECK(merged(table_of("a a\n", small), small, "aaa") == Texts{"aa", "a"});
    CHECK(merged(table_of("", small), small, "ab") == Texts{"a", "b"});
    CHECK(merged(table_of("a b\n", small), small, "") == Texts{});
}

TEST_CASE("a word of a hundred thousand letters is merged like a short one") {
    const MergeTable merges = table_of("a b\nab c\n", small);
    std::string word;
    while (word.size() < 99'999) word += "abc";
    CHECK(merged(merges, small, word) == Texts(33'333, "abc"));
}

TEST_CASE("a version, empty lines, line ends of either kind and a last line without one are read") {
    for (const char* bytes :
         {"#version: 0.2\nĠ a\na b\n", "Ġ a\na b", "#version: 0.2\r\nĠ a\r\na b\r\n", "Ġ a\n\na b\n\n"}) {
        const MergeTable merges = table_of(bytes, small);
        CHECK(merged(merges, small, " ab") == Texts{"Ġa", "b"});
        CHECK(merged(merges, small, "ab") == Texts{"ab"});
    }
}

TEST_CASE("a line that is not a pair is refused with its number") {
    for (const char* line : {"ab", "a b c", " b", "a ", " ", "a  b"})
        CHECK(says(
            refusal("#version: 0.2\na b\n" + std::string(line) + "\n"),
            "merges.txt line 3: \"" + std::string(line) + "\" is not a pair: write two tokens with one space between"));
    CHECK(says(refusal("a b\n#version: 0.2\n"), "merges.txt line 2: \"#version:\" is not in vocab.json"));
}

TEST_CASE("a pair whose parts or whole the vocabulary lacks is refused with its line") {
    CHECK(says(refusal("a b\nx b\n"), "line 2: \"x\" is not in vocab.json: use the two files of one tokenizer"));
    CHECK(says(refusal("a y"), "line 1: \"y\" is not in vocab.json"));
    CHECK(says(refusal("c c\n"), "line 1: \"cc\" is not in vocab.json"));
    CHECK(says(refusal("\xFF b\n"), "line 1: \"\\xFF\" is not in vocab.json"));
}

TEST_CASE("a repeated pair is refused with its second line") {
    CHECK(says(refusal("a b\nb c\na b\n"), "merges.txt line 3: \"a b\" is in the file twice: "));
}

TEST_CASE("the right part of a pair may have a prefix that the whole lacks") {
    const Vocabulary tokens = vocabulary_of({"a", "##b", "ab", "#"});
    MergeTable merges;
    merges.add("a", "##b", tokens, 2);
    CHECK(merges.merged({0, 1}) == std::vector<Index>{2});
    CHECK(says(message_of<FileError>([&] { merges.add("a", "#", tokens, 2); }),
               "is shorter than continuing_subword_prefix"));
}

TEST_CASE("a pair that stands where another one was merged is taken for it if both make the same token, as in Python") {
    // "abc" is made of "ab c" or of "a bc". The latter's candidate waits when "ab" is made, and comes before that of "ab c".
    const Vocabulary tokens = vocabulary_of({"a", "b", "c", "ab", "bc", "abc", "cd", "d"});
    const MergeTable merges = table_of("b c\na bc\na b\nab c\n", tokens);
    CHECK(merged(merges, tokens, "abc") == Texts{"abc"});
    CHECK(merged(merges, tokens, "aabcab") == Texts{"a", "abc", "ab"});
}

TEST_CASE("a missing file is refused with its path") {
    CHECK(says(message_of<FileError>([] { (void)MergeTable::read("nowhere/merges.txt", small); }),
               "nowhere/merges.txt cannot be read: give"));
}
