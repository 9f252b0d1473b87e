// A tokenizer of whole words: splitting, refused input, and decoding.
#include "suture/tokenizer/word_level.hpp"

#include "doctest.hpp"
#include "laws/property.hpp"
#include "message.hpp"
#include "record/files.hpp"
#include "tokenizer/texts.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
using Ids = std::vector<Index>;
using Texts = std::vector<std::string>;

WordLevel words_of(const Texts& words) {
    nlohmann::json entries;
    for (const std::string& word : words) entries[word] = entries.size();
    const files::Folder folder;
    files::write_bytes(folder / "vocab.json", entries.dump());
    return WordLevel::read(folder / "vocab.json");
}
/// The tokens that a text is split into.
Texts split(const WordLevel& words, const std::string& text) {
    Texts tokens;
    for (const Index id : words.encode(text)) tokens.push_back(words.tokens().text(id));
    return tokens;
}
const Texts plain{"Then", ",", "Alice", "and", "Bob",    "went", "to", "the", "store",
                  ".",    "-", "'",     "7",   "Zürich", "?",    "“",  "日本"};
const WordLevel& story() {
    static const WordLevel words = words_of(plain);
    return words;
}
Texts draw_words() {
    Texts words;
    for (auto left = laws::draw(0, 12); left > 0; --left) {
        words.push_back(laws::one_of(plain));
        RC_LOG() << words.back() << "\n";
    }
    return words;
}
std::string joined(const Texts& words, const std::string& between) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
    return text;
}
}  // namespace

TEST_CASE("single words and marks can be encoded back from their text") {
    laws::for_all("encode(decode(ids)) == ids", 500, [] {
        const Ids ids = story().encode(joined(draw_words(), " "));
        RC_ASSERT(story().encode(story().decode(ids)) == ids);
    });
}

TEST_CASE("any white space separates words and is not a token") {
    laws::for_all("white space is all the same", 300, [] {
        const Texts words = draw_words();
        const std::string between = laws::one_of<std::string>({" ", "\n", " \t ", "\xC2\xA0", "\xE3\x80\x80"});
        RC_ASSERT(split(story(), between + joined(words, between) + between) == words);
    });
}

TEST_CASE("each punctuation mark is a token, even beside a word") {
    CHECK(split(story(), "Then, Alice and Bob went to the store.") ==
          Texts{"Then", ",", "Alice", "and", "Bob", "went", "to", "the", "store", "."});
    CHECK(split(story(), "Alice...?“Bob-Zürich,日本") ==
          Texts{"Alice", ".", ".", ".", "?", "“", "Bob", "-", "Zürich", ",", "日本"});
    CHECK(split(story(), "") == Texts{});
    CHECK(split(story(), " \n") == Texts{});
}

TEST_CASE("neighbours that the vocabulary joins are one token, the longest first") {
    const WordLevel words =
        words_of({"Bob", "'", "'s", "s", "don", "don't", "<", "<|endoftext|>", ".", "...", "U", "U.S.", "Bob "});
    CHECK(split(words, "Bob's") == Texts{"Bob", "'s"});
    CHECK(split(words, "Bob don") == Texts{"Bob", "don"});  // and not "Bob ", because no token contains white space
    CHECK(split(words, "Bob ' s") == Texts{"Bob", "'", "s"});
    CHECK(split(words, "don't don's") == Texts{"don't", "don", "'s"});
    CHECK(split(words, "Bob<|endoftext|>Bob") == Texts{"Bob", "<|endoftext|>", "Bob"});
    CHECK(split(words, "U.S. .... U.") == Texts{"U.S.", "...", ".", "U", "."});
}

TEST_CASE("words are joined with spaces, except before a mark that belongs to the previous word") {
    const WordLevel words = words_of({"a", ",", ".", ";", ":", "!", "?", "'", "'s", "’", "...", "(", "-", "b"});
    CHECK(words.decode(words.encode("a , . ; : ! ? b")) == "a,.;:!? b");
    CHECK(words.decode(words.encode("a's b ’ ... ( a - b")) == "a's b’... ( a - b");
    CHECK(words.decode(words.encode(", a")) == ", a");
    CHECK(words.decode({}) == "");
}

TEST_CASE("an unknown word is refused with its offset and similar words") {
    CHECK(message_of<ValueError>([] { (void)story().encode("Then, Allice went"); }) ==
          "\"Allice\" at byte 6 is not in the vocabulary (similar: \"Alice\"): use the words of vocab.json");
    CHECK(message_of<ValueError>([] { (void)story().encode("Zürich (Bob)"); }) ==
          "\"(\" at byte 8 is not in the vocabulary: use the words of vocab.json");
    CHECK(says(message_of<ValueError>([] { (void)story().encode("wend"); }), "similar: \"went\", \"and\"): use"));
    CHECK(
        says(message_of<ValueError>([] { (void)story().encode(std::string(1, '\0')); }), "\"\\x00\" at byte 0 is not"));
    CHECK(says(message_of<ValueError>([] { (void)story().encode(std::string(1000, 'x')); }),
               "xxx...\" at byte 0 is not"));
}

TEST_CASE("text that is not UTF-8 and invalid ids are refused") {
    CHECK(says(message_of<ValueError>([] { (void)story().encode("Bob \xFF"); }), "not UTF-8 at byte 4 (0xFF)"));
    CHECK(says(message_of<ValueError>([] { (void)story().decode({17}); }),
               "17 is not a token id: give one from 0 to 16"));
}

TEST_CASE("the vocabulary of a byte-level tokenizer without its merges is refused") {
    CHECK(says(message_of<FileError>([] {
                   (void)words_of({"a", "Ġ", "Ġa"});
               }),
               "vocab.json belongs to a byte-level tokenizer: put its merges.txt beside it"));
}
