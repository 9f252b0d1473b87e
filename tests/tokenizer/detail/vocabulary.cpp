// Vocabularies: read from vocab.json, or refused with the file and the entry.
#include "suture/tokenizer/detail/vocabulary.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"

#include <filesystem>
#include <string>
#include <vector>

using namespace suture;
using suture::detail::Vocabulary;
using suture::detail::VocabularyFile;
using suture_test::message_of;
using suture_test::says;

namespace {
/// The texts of a vocab.json with these bytes.
std::vector<std::string> read(const std::string& bytes) {
    const files::Folder folder;
    files::write_bytes(folder / "vocab.json", bytes);
    return VocabularyFile::read(folder / "vocab.json").texts();
}
std::string refusal(const std::string& bytes) {
    return message_of<FileError>([&] { (void)read(bytes); });
}
}  // namespace

TEST_CASE("texts are ordered by id, whatever their order in the file") {
    CHECK(read(R"({"b": 1, "a": 0, "\u0120c": 2})") == std::vector<std::string>{"a", "b", "Ġc"});
    CHECK(read("\xEF\xBB\xBF{\r\n\"a\": 0\r\n}\r\n") == std::vector<std::string>{"a"});
}

TEST_CASE("ids are found by text, and texts by id") {
    const Vocabulary words({{0, "a"}, {1, "b"}, {2, "c"}});
    CHECK(words.size() == 3);
    for (Index id = 0; id < words.size(); ++id) CHECK(words.find(words.text(id)) == id);
    CHECK_FALSE(words.find("d"));
    const Vocabulary copy = words;
    CHECK(copy.find("c") == 2);
    for (const Index id : {Index{-1}, Index{3}, Index{1} << 40})
        CHECK(message_of<ValueError>([&] { (void)words.text(id); }) ==
              std::to_string(id) + " is not a token id: give one from 0 to 2");
}

TEST_CASE("a file that is not an object of numbers is refused with its path and, if known, the position") {
    for (const char* bytes : {"", "vocab", "{", "{\"a\": 0", "{\"\xFF\": 0}"})
        CHECK(says(refusal(bytes), "vocab.json is not JSON (parse error at line 1, column",
                   "use a tokenizer's vocab.json"));
    CHECK(says(refusal("{\n\"a\": 0,\n\"b\" 1}"), "not JSON (parse error at line 3, column"));
    CHECK(says(refusal(std::string(100000, '[')), "vocab.json is JSON that is nested more than 200 deep: use a"));
    CHECK(says(refusal("{\"a\": 2e2222}"), "vocab.json is not JSON (number overflow"));
    CHECK(says(refusal("{\"a\": " + std::string(100, '[') + std::string(100, ']') + "}"), "has the id an array for"));
    for (const char* bytes : {"[]", "3", "\"a\"", "null"})
        CHECK(says(refusal(bytes), "vocab.json is JSON, but not an object"));
    CHECK(says(refusal("{}"), "vocab.json has no entries"));
}

TEST_CASE("an id that is not an integer from 0 is refused with its entry") {
    for (const char* id : {"-1", "1.0", "\"1\"", "null", "[0]", "1e30", "true", "-9223372036854775808"})
        CHECK(says(refusal(std::string("{\"a\": 0, \"b\": ") + id + "}"), " for \"b\" but ids are integers from 0"));
}

TEST_CASE("ids may be left out: they have no text") {
    const Vocabulary words({{7, "c"}, {0, "a"}, {1, "b"}});
    CHECK(words.size() == 8);
    CHECK(words.texts() == std::vector<std::string>{"a", "b", "c"});
    CHECK(words.text(7) == "c");
    CHECK(words.find("c") == 7);
    for (const Index id : {Index{2}, Index{6}}) {
        CHECK(words.find_text(id) == nullptr);
        CHECK(message_of<ValueError>([&] { (void)words.text(id); }) ==
              std::to_string(id) + " is the id of no token: the vocabulary leaves it out, so give another one");
    }
    CHECK(words.find_text(8) == nullptr);
    CHECK(words.find_text(-1) == nullptr);
    CHECK(read(R"({"a": 0, "b": 1, "c": 3})") == std::vector<std::string>{"a", "b", "c"});
    CHECK(read(R"({"a": 1})") == std::vector<std::string>{"a"});
    CHECK(read(R"({"": 0, "b": 2147483647})") == std::vector<std::string>{"", "b"});
}

TEST_CASE("a repeated id is refused with its entries, and one that no model has with its entry") {
    CHECK(says(refusal(R"({"a": 0, "b": 1, "c": 1})"), "has the id 1 for \"b\" and for \"c\""));
    CHECK(says(refusal(R"({"a": 0, "\n": 2147483648})"),
               "has the id 2147483648 for \"\\n\" but ids are integers from 0"));
    CHECK(says(refusal(R"({"a": 0, "\n": 18446744073709551615})"), "has the id 18446744073709551615 for"));
}

TEST_CASE("a missing file or a directory is refused with its path") {
    const files::Folder folder;
    std::filesystem::create_directory(folder / "vocab.json");
    for (const auto& path : {folder / "vocab.json", folder / "nowhere"})
        CHECK(says(message_of<FileError>([&] { (void)VocabularyFile::read(path); }),
                   path.string() + " cannot be read: give"));
}

TEST_CASE("brackets count where they are not in a text") {
    using suture::detail::json_depth;
    CHECK(json_depth("") == 0);
    CHECK(json_depth("[{}, [[]]]") == 3);
    CHECK(json_depth(R"({"[[[": "\"[[", "]": "\\"})") == 1);
    CHECK(json_depth("]]]][") == 1);
    CHECK(json_depth("\"[[") == 0);
    CHECK(json_depth("\"\\") == 0);
}
