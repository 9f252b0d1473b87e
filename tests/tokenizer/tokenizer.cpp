// The tokenizer of a directory: its kind, tokens as labels, and refused input.
#include "suture/tokenizer/tokenizer.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"
#include "tokenizer/gpt2_bpe.hpp"

#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
using Ids = std::vector<Index>;

Tokenizer gpt2() {
    static const Tokenizer tokenizer = [] {
        const files::Folder folder;
        gpt2_bpe::write_directory(folder);
        return Tokenizer::open(folder.path());
    }();
    return tokenizer;
}
Tokenizer words() {
    const files::Folder folder;
    files::write_bytes(folder / "vocab.json", R"({"Alice": 0, "\\n": 1, "\n": 2, ".": 3})");
    return Tokenizer::open(folder.path());
}
}  // namespace

TEST_CASE("a directory with merges is byte-level, and one without is a list of words") {
    CHECK(gpt2().encode("Hello world") == Ids{15496, 995});
    CHECK(gpt2().decode({15496, 995}) == "Hello world");
    CHECK(gpt2().size() == 50257);
    CHECK(words().encode("Alice.") == Ids{0, 3});
    CHECK(words().decode({0, 0, 3}) == "Alice Alice.");
    CHECK(words().size() == 4);
}

TEST_CASE("every token is found by its text, and texts are unique") {
    for (const Tokenizer& tokenizer : {gpt2(), words()}) {
        std::set<std::string> seen;
        for (Index id = 0; id < tokenizer.size(); ++id) {
            const std::string text = tokenizer.token_text(id);
            if (!seen.insert(text).second || tokenizer.id_of(text) != id)
                FAIL_CHECK("id ", id, " is not that of ", text);
        }
    }
}

TEST_CASE("a token is shown with its space, and invisible characters are escaped") {
    CHECK(gpt2().token_text(995) == " world");
    CHECK(gpt2().token_text(198) == "\\n");
    CHECK(gpt2().token_text(50256) == "<|endoftext|>");
    CHECK(gpt2().token_text(gpt2().encode("\\").front()) == "\\\\");
    CHECK(gpt2().token_text(gpt2().encode("😀").back()) == "\\x80");
    CHECK(words().token_text(1) == "\\\\n");
    CHECK(words().token_text(2) == "\\n");
}

TEST_CASE("a text that is not a token is refused with similar tokens") {
    CHECK(gpt2().id_of(" Paris") == gpt2().encode(" Paris").front());
    CHECK(gpt2().id_of("\n") == 198);
    CHECK(says(message_of<ValueError>([] { (void)gpt2().id_of("Hello world"); }), "\"Hello world\" is not one token"));
    CHECK(message_of<ValueError>([] { (void)words().id_of("Alicia"); }) ==
          "\"Alicia\" is not one token (similar: \"Alice\"): give a token of the vocabulary");
    CHECK(says(message_of<ValueError>([] { (void)words().id_of("\\q"); }),
               "has a backslash at byte 0 that does not begin an escape"));
    CHECK(says(message_of<ValueError>([&] { (void)words().token_text(-1); }),
               "-1 is not a token id: give one from 0 to 3"));
    for (const char* text : {"id", "id ", "id x", "id -1", "id 3", "id 99999999999999999999", "id 5 "})
        CHECK(says(message_of<ValueError>([&] { (void)words().id_of(text); }), "is not one token"));
}

TEST_CASE("a directory without a vocabulary is refused with the missing files and a remedy") {
    const files::Folder folder;
    CHECK(message_of<FileError>([&] { (void)Tokenizer::open(folder.path()); }) ==
          folder.path().string() +
              " has no tokenizer.json and no vocab.json: put the tokenizer's files there (tokenizer.json, or "
              "vocab.json and "
              "merges.txt of a byte-level BPE, or the vocab.json of a list of words), or give token ids with --ids");
    files::write_bytes(folder / "merges.txt", "#version: 0.2\n");
    CHECK(says(message_of<FileError>([&] { (void)Tokenizer::open(folder.path()); }),
               "has no tokenizer.json and no vocab.json"));
    CHECK(says(message_of<FileError>([&] { (void)Tokenizer::open(folder / "nowhere"); }),
               "nowhere has no tokenizer.json"));
    CHECK(says(message_of<FileError>([&] { (void)Tokenizer::open(std::string(5000, 'x')); }),
               "has no tokenizer.json and no vocab.json"));
}

TEST_CASE("a model of SentencePiece alone is refused with the way to a tokenizer.json") {
    const files::Folder folder;
    files::write_bytes(folder / "tokenizer.model", "\n");
    CHECK(says(message_of<FileError>([&] { (void)Tokenizer::open(folder.path()); }),
               "has a tokenizer.model, which is not read: save a tokenizer.json there"));
}

TEST_CASE("an id without a token is printed as a number") {
    CHECK(words().token_text(4) == "id 4");
    CHECK(words().id_of("id 4") == 4);
}

TEST_CASE("a damaged file is refused and not ignored") {
    const files::Folder folder;
    gpt2_bpe::write_directory(folder);
    files::write_bytes(folder / "merges.txt", "#version: 0.2\nh e\nhe\n");
    CHECK(says(message_of<FileError>([&] { (void)Tokenizer::open(folder.path()); }),
               "merges.txt line 3: \"he\" is not a pair"));
    std::filesystem::remove(folder / "merges.txt");
    std::filesystem::create_directory(folder / "merges.txt");
    CHECK(says(message_of<FileError>([&] { (void)Tokenizer::open(folder.path()); }), "merges.txt cannot be read"));
}

TEST_CASE("a tokenizer is printed with its size") {
    std::ostringstream text;
    text << gpt2() << ", " << words();
    CHECK(text.str() == "a tokenizer of 50257 tokens, a tokenizer of 4 tokens");
}
