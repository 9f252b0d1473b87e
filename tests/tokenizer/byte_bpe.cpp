// GPT-2's tokenizer agrees with the published one and decodes every text it encoded.
#include "suture/tokenizer/byte_bpe.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "record/files.hpp"
#include "tokenizer/gpt2_bpe.hpp"
#include "tokenizer/texts.hpp"

#include <functional>
#include <string>
#include <thread>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
using Ids = std::vector<Index>;

ByteBpe read(const files::Folder& folder) { return ByteBpe::read(folder / "vocab.json", folder / "merges.txt"); }
/// GPT-2's tokenizer, read once for all cases.
const ByteBpe& gpt2() {
    static const ByteBpe tokenizer = [] {
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
        for (const Index id : ids) bytes += gpt2().tokens().text(id);
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
        const std::string a = texts::draw_text(), b = texts::draw_text(), end(ByteBpe::end_of_text);
        RC_ASSERT(gpt2().encode(a + " " + end + b) == gpt2().encode(a + " ") + Ids{50256} + gpt2().encode(b));
    });
}

TEST_CASE("a vocabulary without the end of a text encodes it like any text") {
    const files::Folder folder;
    nlohmann::json entries = gpt2_bpe::vocabulary();
    entries.erase("<|endoftext|>");
    gpt2_bpe::write_directory(folder, entries);
    CHECK(read(folder).encode("<|endoftext|>") == gpt2().encode("<") + gpt2().encode("|") + gpt2().encode("endoftext") +
                                                      gpt2().encode("|") + gpt2().encode(">"));
}

TEST_CASE("an entry that no merge produces is never the id of a text") {
    const files::Folder folder;
    nlohmann::json entries = gpt2_bpe::vocabulary();
    entries["xyzzy"] = 50257;
    gpt2_bpe::write_directory(folder, entries);
    const ByteBpe more = read(folder);
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

TEST_CASE("a vocabulary that lacks a byte or has an entry that is not bytes is refused with it") {
    CHECK(says(refusal([](auto& entries) { entries["<byte>"] = entries["A"], entries.erase("A"); }),
               "vocab.json has no entry for the byte 0x41: use a byte-level tokenizer's vocab.json"));
    CHECK(says(refusal([](auto& entries) { entries["two words"] = 50257; }),
               "vocab.json: \"two words\" has a character that does not stand for a byte: use"));
    CHECK(says(refusal([](auto& entries) { entries["a word"] = entries["Ġthe"], entries.erase("Ġthe"); }),
               "\"a word\" has"));
    CHECK(says(refusal([](auto& entries) { entries["<the>"] = entries["Ġthe"], entries.erase("Ġthe"); }),
               "\"Ġthe\" is not in vocab.json: use the two files of one tokenizer"));
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
