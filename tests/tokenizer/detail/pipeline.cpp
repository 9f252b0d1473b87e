// GPT-2's tokenizer agrees with the published one and decodes every text it encoded; and the parts of a tokenizer.json.
// tests/tokenizers compares tokenizers of all kinds with Python's.
#include "suture/tokenizer/detail/pipeline.hpp"

#include "suture/tokenizer/tokenizer.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"
#include "tokenizer/gpt2_bpe.hpp"
#include "tokenizer/texts.hpp"

#include <chrono>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace suture;
using suture::detail::Pipeline;
using suture_test::message_of;
using suture_test::says;

namespace {
using Ids = std::vector<Index>;

Tokenizer read(const files::Folder& folder) { return Tokenizer::open(folder.path()); }
/// GPT-2's tokenizer, read once for all cases.
const Tokenizer& gpt2() {
    static const Tokenizer tokenizer = [] {
        const files::Folder folder;
        gpt2_bpe::write_directory(folder);
        return read(folder);
    }();
    return tokenizer;
}
/// The message of reading GPT-2's vocabulary after `spoil` changed its entries.
std::string refusal(const std::function<void(nlohmann::json&)>& spoil) {
    const files::Folder folder;
    nlohmann::json entries = gpt2_bpe::vocabulary();
    spoil(entries);
    gpt2_bpe::write_directory(folder, entries);
    return message_of<FileError>([&] { (void)read(folder); });
}
Ids operator+(Ids a, const Ids& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}
/// A tokenizer.json with this vocabulary.
nlohmann::json file_of(const nlohmann::json& entries, const nlohmann::json& merges = nlohmann::json::array()) {
    nlohmann::json file{{"version", "1.0"}, {"model", {{"type", "BPE"}, {"vocab", entries}, {"merges", merges}}}};
    if (merges.empty() && entries.size() > 1000) {
        file["pre_tokenizer"] = {{"type", "ByteLevel"}, {"add_prefix_space", false}};
        std::istringstream lines(files::bytes_of(gpt2_bpe::data() / "merges.txt"));
        for (std::string line; std::getline(lines, line);)
            if (!line.starts_with("#version") && !line.empty()) file["model"]["merges"].push_back(line);
    }
    return file;
}
/// Whether the text is one character of white space.
bool is_white(const std::string& character) {
    bool white = false;
    const suture::detail::Pattern expression(std::string("^[") + suture::detail::white_space + "]$");
    expression.for_each_match(character, [&](std::string_view) { white = true; });
    return white;
}
}  // namespace

TEST_CASE("the ids are those of the published tokenizer") {
    const nlohmann::json cases = nlohmann::json::parse(files::bytes_of(gpt2_bpe::data() / "cases.json"));
    CHECK(cases.size() >= 150);
    for (const auto& expected : cases) {
        const std::string text = expected.at("text").get<std::string>();
        CAPTURE(expected.dump());
        CHECK(gpt2().encode(text) == expected.at("ids").get<Ids>());
        CHECK(gpt2().decode(expected.at("ids").get<Ids>()) == text);
    }
}

TEST_CASE("every text can be decoded from its ids, which are tokens of its bytes") {
    laws::for_all("decode(encode(text)) == text", 2000, [] {
        const std::string text = texts::draw_text();
        const Ids ids = gpt2().encode(text);
        RC_ASSERT(gpt2().decode(ids) == text);
        std::string bytes;
        for (const Index id : ids) bytes += from_visible_text(gpt2().token_text(id));
        RC_ASSERT(bytes == text);
    });
}

TEST_CASE("texts are encoded independently if white space begins the second and does not end the first") {
    laws::for_all("encode(a + b) == encode(a) + encode(b)", 1000, [] {
        const std::string a = texts::draw_text(), last = texts::draw_character(), b = texts::draw_text();
        const std::string space = laws::one_of<std::string>({" ", "\n", "\t", "\xC2\xA0", "\xE3\x80\x80"});
        RC_PRE(!is_white(last));
        RC_ASSERT(gpt2().encode(a + last + space + b) == gpt2().encode(a + last) + gpt2().encode(space + b));
    });
}

TEST_CASE("the end of a text is one token, which separates the text before and after it") {
    laws::for_all("encode(a + end + b) == encode(a) + {end} + encode(b)", 500, [] {
        const std::string a = texts::draw_text(), b = texts::draw_text(), end = "<|endoftext|>";
        RC_ASSERT(gpt2().encode(a + " " + end + b) == gpt2().encode(a + " ") + Ids{50256} + gpt2().encode(b));
    });
}

TEST_CASE("a tokenizer.json without the end of a text encodes it like any text") {
    nlohmann::json entries = gpt2_bpe::vocabulary();
    entries.erase("<|endoftext|>");
    CHECK(Pipeline(file_of(entries)).encode("<|endoftext|>", true) == gpt2().encode("<") + gpt2().encode("|") +
                                                                          gpt2().encode("endoftext") +
                                                                          gpt2().encode("|") + gpt2().encode(">"));
}

TEST_CASE("a directory whose vocabulary lacks the end of a text has it as one more token, as in Python") {
    const files::Folder folder;
    nlohmann::json entries = gpt2_bpe::vocabulary();
    entries.erase("<|endoftext|>");
    entries["Ġspare"] = 50256;
    gpt2_bpe::write_directory(folder, entries);
    CHECK(read(folder).encode("a<|endoftext|>") == gpt2().encode("a") + Ids{50257});
}

TEST_CASE("an entry that no merge produces is never the id of a text") {
    const files::Folder folder;
    nlohmann::json entries = gpt2_bpe::vocabulary();
    entries["xyzzy"] = 50257;
    gpt2_bpe::write_directory(folder, entries);
    const Tokenizer more = read(folder);
    CHECK(more.encode("xyzzy") == gpt2().encode("xyzzy"));
    CHECK(more.decode({50257}) == "xyzzy");
}

TEST_CASE("a text that is not UTF-8 is refused with the offset") {
    CHECK(message_of<ValueError>([] { (void)gpt2().encode("caf\xE9"); }) ==
          "the text is not UTF-8 at byte 3 (0xE9): give UTF-8 text");
}

TEST_CASE("ids that cut through a character give U+FFFD") {
    const Ids whole = gpt2().encode("a😀b");
    REQUIRE(whole.size() > 3);
    CHECK(gpt2().decode(whole) == "a😀b");
    CHECK(gpt2().decode({whole[0], whole[1], whole.back()}) ==
          "a\xEF\xBF\xBD"
          "b");
    CHECK(gpt2().decode({}) == "");
}

TEST_CASE("an invalid id is refused") {
    for (const Index id : {Index{-1}, Index{50257}})
        CHECK(message_of<ValueError>([&] {
                  (void)gpt2().decode({1, id});
              }) == std::to_string(id) + " is not a token id: give one from 0 to 50256");
}

TEST_CASE("an id that the vocabulary leaves out is refused where ids are decoded, and printed where they are labels") {
    const files::Folder folder;
    nlohmann::json entries = gpt2_bpe::vocabulary();
    // The published vocabulary has all ids; this one was cut down, and its gaps were filled with entries that no merge needs.
    std::string spare;
    for (const auto& [text, id] : entries.items())
        if (text.starts_with("<left-out-")) spare = text;
    const Index hole = entries.at(spare).get<Index>();
    const std::string shown = "id " + std::to_string(hole);
    entries.erase(spare);
    gpt2_bpe::write_directory(folder, entries);
    const Tokenizer holed = read(folder);
    CHECK(holed.size() == 50257);
    CHECK(holed.token_text(hole) == shown);
    CHECK(holed.id_of(shown) == hole);
    CHECK(holed.token_text(50300) == "id 50300");  // a model can have more rows than its tokenizer tokens
    CHECK(says(message_of<ValueError>([&] { (void)holed.decode({hole}); }),
               std::to_string(hole) + " is the id of no token: the vocabulary leaves it out"));
}

TEST_CASE("a vocabulary that lacks a byte opens, and leaves out what has no token, as in Python") {
    const files::Folder folder;
    nlohmann::json entries = gpt2_bpe::vocabulary();
    entries["<byte>"] = entries["ġ"], entries.erase("ġ");  // the byte 0x7F
    gpt2_bpe::write_directory(folder, entries);
    CHECK(read(folder).encode("a\x7F"
                              "b") == gpt2().encode("a") + gpt2().encode("b"));
}

TEST_CASE("entries that are not written in the byte alphabet open, and no text becomes one") {
    const files::Folder folder;
    nlohmann::json entries = gpt2_bpe::vocabulary();
    entries["<|im start|>"] = 50257;
    gpt2_bpe::write_directory(folder, entries);
    const Tokenizer odd = read(folder);
    CHECK(odd.token_text(50257) == "<|im start|>");
    CHECK(odd.encode("<|im start|>") == gpt2().encode("<|im start|>"));
    CHECK(odd.decode({50257}) == "<|im start|>");
}

TEST_CASE("merges of another vocabulary, and a list of words beside merges, are refused") {
    CHECK(says(refusal([](auto& entries) { entries["<the>"] = entries["Ġthe"], entries.erase("Ġthe"); }),
               "\"Ġthe\" is not in vocab.json: use the two files of one tokenizer"));
    CHECK(
        says(refusal([](auto& entries) {
                 entries = {{"Mary", 0}, {"went", 1}};
             }),
             "vocab.json has entries for only 0 of the 256 bytes: use a byte-level tokenizer's vocab.json, or remove"));
}

TEST_CASE("what a tokenizer.json may hold is read, and what would give other ids is refused with its place") {
    using nlohmann::json;
    const json good = file_of({{"a", 0}, {"b", 1}, {"ab", 2}}, json::array({json::array({"a", "b"})}));
    CHECK(Pipeline(good).encode("abba", true) == Ids{2, 1, 0});
    const auto refused = [&](const char* pointer, const json& value) {
        json file = good;
        file[json::json_pointer(pointer)] = value;
        return message_of<FileError>([&] { (void)Pipeline(file); });
    };
    CHECK(says(refused("/model/type", "Unigram"),
               "model has the type \"Unigram\", which is not supported: use a tokenizer"));
    CHECK(says(refused("/model/type", "WordPiece"), "\"WordPiece\""));
    CHECK(says(refused("/model/dropout", 0.1),
               "model has a dropout of 0.1, which gives other tokens each time: write null"));
    CHECK(says(refused("/model/vocab", json::array()), "model.vocab is JSON, but not an object"));
    CHECK(says(refused("/model/merges/0", "a  b"), "model.merges[0]: \"a  b\" is not a pair"));
    CHECK(says(refused("/model/merges/0", 7), "model.merges[0]: 7 is not a pair: write \"a b\" or"));
    CHECK(says(refused("/model/merges/0", "a c"), "\"c\" is not in vocab.json"));
    CHECK(says(refused("/normalizer", {{"type", "BertNormalizer"}}),
               "normalizer has the type \"BertNormalizer\", which is"));
    CHECK(says(refused("/normalizer", {{"type", "Precompiled"}}), "\"Precompiled\""));
    CHECK(says(refused("/pre_tokenizer", {{"type", "BertPreTokenizer"}}),
               "pre_tokenizer has the type \"BertPreTokenizer\""));
    CHECK(says(refused("/pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", {{{"type", "UnicodeScripts"}}}}}),
               "pre_tokenizer[0] has the type \"UnicodeScripts\""));
    CHECK(says(
        refused("/pre_tokenizer", {{"type", "Split"}, {"pattern", {{"Regex", "(a)\\1"}}}, {"behavior", "Isolated"}}),
        "has the escape \\1"));
    CHECK(says(refused("/pre_tokenizer", {{"type", "Split"}, {"pattern", {{"Regex", "a"}}}, {"behavior", "Joined"}}),
               "pre_tokenizer has the behavior \"Joined\", and not Removed, Isolated"));
    CHECK(says(refused("/pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", 1}}),
               "pre_tokenizer has the add_prefix_space 1 and not true or false"));
    CHECK(says(refused("/post_processor", {{"type", "Else"}}), "post_processor has the type \"Else\""));
    CHECK(says(refused("/decoder", {{"type", "WordPiece"}}), "decoder has the type \"WordPiece\""));
    CHECK(says(refused("/added_tokens", {{{"id", 3}}}), "added_tokens[0] has no content: give the file as"));
    CHECK(says(refused("/version", "2.0"), "tokenizer.json has the version \"2.0\" and not 1.0"));
    json deep = {{"type", "NFC"}};
    for (int i = 0; i < 1000; ++i) deep = json{{"type", "Sequence"}, {"normalizers", json::array({std::move(deep)})}};
    CHECK(says(refused("/normalizer", deep), "is nested too deep"));
}

TEST_CASE("an unknown character needs a token for it") {
    nlohmann::json file = file_of({{"a", 0}});
    file["model"]["unk_token"] = "<unk>";
    CHECK(says(message_of<ValueError>([&] { (void)Pipeline(file).encode("b", true); }),
               "the unk_token \"<unk>\" is not in the vocabulary"));
    CHECK(Pipeline(file).encode("a", true) == Ids{0});
}

TEST_CASE("tokens that stand for the same text have different labels") {
    nlohmann::json file = file_of({{"Ġa", 0}, {"a", 1}});
    file["pre_tokenizer"] = {{"type", "ByteLevel"}, {"add_prefix_space", false}};
    file["added_tokens"] = {{{"id", 2}, {"content", " a"}, {"special", true}}};
    const auto labels = Pipeline(file).labels();
    CHECK(labels.text(2) == " a");
    CHECK(labels.text(0) == "Ġa");
    CHECK(labels.size() == 3);
}

TEST_CASE("spaces before punctuation are removed where a file insists on it") {
    nlohmann::json file = file_of({{"a", 0}, {" ", 1}, {".", 2}, {"'", 3}, {"s", 4}});
    file["decoder"] = {{"type", "Fuse"}};
    Pipeline cleaned(file);
    CHECK(cleaned.decode({0, 1, 2, 1, 3, 4}, false) == "a . 's");
    cleaned.clean_up_spaces();
    CHECK(cleaned.decode({0, 1, 2, 1, 3, 4}, false) == "a.'s");
}

TEST_CASE("a line of half a million letters takes about as long a letter as a short one") {
    const std::string line(500'000, 'a');
    const auto began = std::chrono::steady_clock::now();
    CHECK(gpt2().decode(gpt2().encode(line)) == line);
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(60));  // quadratic time would take hours
}

TEST_CASE("several threads that share a tokenizer encode as each would alone") {
    const std::string text = "Then, Alice and Bob went to the store. 日本語 <|endoftext|> don't\n\n  xyzzy";
    const Ids alone = gpt2().encode(text);
    std::vector<std::vector<Ids>> seen(4);
    std::vector<std::thread> threads;
    for (auto& mine : seen)
        threads.emplace_back([&] {
            for (int i = 0; i < 50; ++i) mine.push_back(gpt2().encode(text));
        });
    for (auto& thread : threads) thread.join();
    for (const auto& one : seen) CHECK(one == std::vector<Ids>(50, alone));
}

TEST_CASE("a Metaspace asks where the text begins, and not where what a normalizer leaves of it does") {
    const auto pipeline = [](const char* normalizer, const char* before = "") {
        return Pipeline(nlohmann::json::parse(
            R"({"model": {"type": "BPE", "vocab": {"a": 0, "\u2581": 1}, "merges": []}, "normalizer": )" +
            std::string(normalizer) + R"(, "pre_tokenizer": {"type": "Sequence", "pretokenizers": [)" + before +
            R"({"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", "split": true}]}})"));
    };
    const char* const strip = R"({"type": "Strip", "strip_left": true, "strip_right": false})";
    CHECK(pipeline("null").encode("a", true) == Ids{1, 0});
    CHECK(pipeline(strip).encode("a", true) == Ids{1, 0});
    CHECK(pipeline(strip).encode("  a", true) == Ids{0});
    CHECK(pipeline(R"({"type": "StripAccents"})").encode("\u0301a", true) == Ids{0});
    CHECK(pipeline(R"({"type": "Nmt"})")
              .encode("\x01"
                      "a",
                      true) == Ids{0});
    CHECK(pipeline(R"({"type": "Replace", "pattern": {"Regex": "^b+"}, "content": ""})").encode("ba", true) == Ids{0});
    CHECK(pipeline(R"({"type": "Prepend", "prepend": "a"})").encode("a", true) == Ids{1, 0, 0});
    const char* const digits = R"({"type": "Digits", "individual_digits": true},)";
    CHECK(pipeline("null", digits).encode("a", true) == Ids{1, 0});
    CHECK(says(message_of<FileError>([&] { (void)pipeline(strip, digits); }),
               "a Metaspace with the prepend_scheme first behind other steps, which is not supported"));
}
