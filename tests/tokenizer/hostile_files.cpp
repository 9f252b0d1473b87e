// Files of a tokenizer with any value in the place of any other: each is read, or refused by its name and the field, and what is
// read encodes and decodes. tests/fuzz/tokenizer.cpp tries further ones at random.
#include "suture/tokenizer/tokenizer.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ctime>
#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using nlohmann::json;
using suture::FileError;
using suture::Tokenizer;
using suture::ValueError;
using suture_test::message_of;
using suture_test::says;

namespace {

using Files = std::map<std::string, std::string>;  // contents by name

/// A tokenizer.json with every kind of part, for a model of a few letters.
json tokenizer_json() {
    return json::parse(R"({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": [{"id": 6, "content": "<s>", "single_word": false, "lstrip": true, "rstrip": false, "normalized": false,
                          "special": true}],
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Prepend", "prepend": "a"},
            {"type": "Strip", "strip_left": true, "strip_right": false}, {"type": "Lowercase"}, {"type": "Nmt"},
            {"type": "Replace", "pattern": {"Regex": "b+$"}, "content": "b"},
            {"type": "Replace", "pattern": {"String": "x"}, "content": "a"}]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": " ?[a-z]+|\\s+"}, "behavior": "Isolated", "invert": false},
            {"type": "Digits", "individual_digits": true}, {"type": "Punctuation", "behavior": "Isolated"},
            {"type": "FixedLength", "length": 100}, {"type": "CharDelimiterSplit", "delimiter": "|"},
            {"type": "Metaspace", "replacement": "_", "prepend_scheme": "always", "split": true},
            {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]},
        "post_processor": {"type": "Sequence", "processors": [
            {"type": "TemplateProcessing",
             "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
             "special_tokens": {"<s>": {"id": "<s>", "ids": [6], "tokens": ["<s>"]}}},
            {"type": "RobertaProcessing", "sep": ["<s>", 6], "cls": ["<s>", 6], "trim_offsets": true}]},
        "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "_"}, "content": " "},
            {"type": "ByteFallback"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0},
            {"type": "Metaspace", "replacement": "_", "prepend_scheme": "always"}, {"type": "BPEDecoder", "suffix": "w"},
            {"type": "Fuse"}, {"type": "ByteLevel"}]},
        "model": {"type": "BPE", "dropout": null, "unk_token": "<u>", "continuing_subword_prefix": "", "end_of_word_suffix": "",
                  "fuse_unk": true, "byte_fallback": true, "ignore_merges": false,
                  "vocab": {"a": 0, "b": 1, "_": 2, "ab": 3, "<u>": 4, "_ab": 5}, "merges": ["a b", ["_", "ab"]]}})");
}
json tokenizer_config() {
    return json::parse(R"({
        "tokenizer_class": "GPT2Tokenizer", "add_prefix_space": true, "add_bos_token": true, "add_eos_token": true,
        "bos_token": {"__type": "AddedToken", "content": "<s>", "lstrip": false, "normalized": true, "rstrip": true,
                      "single_word": false},
        "eos_token": "<e>", "image_token": {"__type": "AddedToken", "content": "<i>"}, "split_special_tokens": false,
        "extra_special_tokens": ["<x>", {"content": "<y>"}], "clean_up_tokenization_spaces": true,
        "added_tokens_decoder": {"300": {"content": "<z>", "lstrip": true, "special": true}}})");
}
/// The 256 bytes of a byte-level vocabulary, and a merge.
json vocabulary() {
    json words = json::object();
    for (const char32_t c : suture::detail::character_of_byte) words[suture::detail::utf8_text({&c, 1})] = words.size();
    words["ab"] = 256;
    return words;
}

/// Values in the syntax of JSON, or nearly so, that a reader does not expect.
const std::vector<std::string>& odd_values() {
    static const std::vector<std::string> values = [] {
        const std::string letters(100'000, 'a');
        std::vector<std::string> all{"null",
                                     "true",
                                     "false",
                                     "0",
                                     "1",
                                     "-1",
                                     "-0.0",
                                     "0.5",
                                     "1e308",
                                     "1e999",
                                     "-1e999",
                                     "NaN",
                                     "Infinity",
                                     "2147483647",
                                     "2147483648",
                                     "4294967295",
                                     "9223372036854775807",
                                     "9223372036854775808",
                                     "-9223372036854775808",
                                     "18446744073709551615",
                                     "18446744073709551616",
                                     std::string(1000, '9'),
                                     R"("")",
                                     R"("a")",
                                     R"(" ")",
                                     R"("\u0000")",
                                     R"("\ud800")",
                                     R"("\udc00\ud800")",
                                     "\"\xFF\"",
                                     "\"\xED\xA0\x80\"",
                                     R"("\uFFFF")",
                                     R"("🙂")",
                                     R"("(?:a|aa)+$")",
                                     R"("A")",
                                     R"("Sequence")",
                                     R"("ByteLevel")",
                                     "[]",
                                     "[[]]",
                                     "[null]",
                                     R"([""])",
                                     R"(["a", "b"])",
                                     R"(["a b", 1])",
                                     "{}",
                                     R"({"": 0})",
                                     R"({"a": 0, "a": 1})",
                                     R"({"type": "BPE"})",
                                     R"({"content": 1})",
                                     R"({"type": "Sequence"})",
                                     "",
                                     "}",
                                     "// a comment",
                                     "\"a"};
        all.push_back("\"" + letters + "\"");
        const auto nested = [](const char* opening, const char* closing, int depth) {
            std::string text;
            for (int i = 0; i < depth; ++i) text += opening;
            text += "0";
            for (int i = 0; i < depth; ++i) text += closing;
            return text;
        };
        all.push_back(nested("[", "]", 100'000));
        all.push_back(nested(R"({"a":)", "}", 100'000));
        all.push_back(nested(R"({"type":"Sequence","normalizers":[)", "]}", 10'000));
        all.push_back(nested(R"({"type":"Sequence","pretokenizers":[)", "]}", 10'000));
        all.push_back(std::string(100'000, '['));
        return all;
    }();
    return values;
}

void collect(const json& value, const json::json_pointer& at, std::vector<json::json_pointer>& places) {
    places.push_back(at);
    if (value.is_object())
        for (const auto& [key, child] : value.items()) collect(child, at / key, places);
    if (value.is_array())
        for (std::size_t i = 0; i < value.size(); ++i) collect(value[i], at / i, places);
}
/// Calls `take(text, field)` with each text that is the document with one value changed: another in its place, twice, or left out.
template <class Take>
void for_each_changed(const json& document, const Take& take) {
    const std::string hole = "\"@hole@\"";
    std::vector<json::json_pointer> places;
    collect(document, json::json_pointer(), places);
    std::size_t number = 0;
    for (const json::json_pointer& at : places) {
        const std::string pointer = at.to_string();
        json with_hole = document;
        with_hole[at] = "@hole@";
        const std::string text = with_hole.dump(), was = document[at].dump();
        const std::size_t place = text.find(hole);
        const auto filled = [&](const std::string& value) {
            return text.substr(0, place) + value + text.substr(place + hole.size());
        };
        // Far from the root, each value comes in every third place, and the very deep ones in none.
        const bool is_near_root = std::count(pointer.begin(), pointer.end(), '/') <= 1;
        const std::size_t first = is_near_root ? 0 : number++ % 3;
        for (std::size_t i = first; i < odd_values().size(); i += is_near_root ? 1 : 3) {
            const std::string& value = odd_values()[i];
            if (is_near_root || value.size() < 2000 || value.front() == '"') take(filled(value), pointer);
        }
        if (pointer.empty()) continue;
        json& parent = with_hole[at.parent_pointer()];
        if (parent.is_object()) {
            for (const char* value : {"null", "1", R"("b")", "[]"})
                take(filled(was + "," + json(at.back()).dump() + ":" + value), pointer);
            parent.erase(at.back());
        } else {
            take(filled(was + "," + was), pointer);
            parent.erase(static_cast<std::size_t>(std::stoul(at.back())));
        }
        take(with_hole.dump(), pointer);
    }
}

/// Of a pointer such as "/model/vocab/a": whether a message names one of these.
bool names(std::string_view message, std::string_view pointer) {
    if (pointer.empty()) return true;
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        const std::size_t end = std::min(pointer.find('/'), pointer.size());
        if (message.find(pointer.substr(0, end)) != message.npos) return true;
        pointer.remove_prefix(end);
    }
    return false;
}

struct Counts {
    int read = 0, refused = 0;
};
/// Opens a directory with these files, of which one was changed at a field.
void check(const files::Folder& folder, const Files& all, const std::string& changed, const std::string& field,
           Counts& counts) {
    for (const auto& [name, bytes] : all) files::write_bytes(folder / name.c_str(), bytes);
    const std::clock_t began = std::clock();
    std::string message;
    try {
        const Tokenizer tokenizer = Tokenizer::open(folder.path());
        for (const char* text : {"", "ab", "a b <s>ab<e> <i>x\n9", "aaaa|bb_é漢🙂 \xC2\x85.",
                                 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb!"}) {
            try {
                const auto ids = tokenizer.encode(text);
                (void)tokenizer.decode(ids);
                (void)tokenizer.decode(ids, {.skip_special_tokens = true});
                for (const suture::Index id : ids) (void)tokenizer.id_of(tokenizer.token_text(id));
            } catch (const ValueError& e) {
                if (!says(e.what(), ": ")) FAIL_CHECK(e.what());
            }
        }
        ++counts.read;
    } catch (const FileError& e) {
        message = e.what();
        ++counts.refused;
    } catch (const std::exception& e) {
        FAIL_CHECK(changed, field, " ends in another exception: ", e.what());
    }
    const double seconds = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
    if (seconds > 10) FAIL_CHECK(changed, field, " takes ", seconds, " s");
    if (message.empty()) return;
    if (message.find(changed) == message.npos)
        FAIL_CHECK(changed, field, ": the message does not name the file: ", message);
    if (message.find("JSON") == message.npos && !names(message, field))
        FAIL_CHECK(changed, field, ": the message does not name the field: ", message);
    if (message.find(": ") == message.npos || message.size() > 2000) FAIL_CHECK(message);
}

void check_all(const char* changed, const json& document, Files others) {
    const files::Folder folder;
    Counts counts;
    for_each_changed(document, [&](const std::string& text, const std::string& field) {
        others[changed] = text;
        check(folder, others, changed, field, counts);
    });
    CAPTURE(changed);
    CHECK(counts.read > 10);
    CHECK(counts.refused > 20);
}

}  // namespace

TEST_CASE("any value anywhere in a tokenizer.json is read or refused") {
    check_all("tokenizer.json", tokenizer_json(), {});
}

TEST_CASE("any value anywhere in the files beside it is read or refused") {
    const std::string words = vocabulary().dump(), merges = "#version: 0.2\na b\n", model = tokenizer_json().dump();
    const json tokens = json::parse(R"({"<p>": 257, "<q>": 300})");
    const json map =
        json::parse(R"({"bos_token": "<s>", "pad_token": {"content": "<p>", "lstrip": true, "special": true},
                                     "additional_special_tokens": ["<q>", {"content": "<r>", "rstrip": false}]})");
    SUBCASE("a configuration") { check_all("tokenizer_config.json", tokenizer_config(), {{"tokenizer.json", model}}); }
    SUBCASE("a configuration without a tokenizer.json") {
        check_all("tokenizer_config.json", tokenizer_config(), {{"vocab.json", words}, {"merges.txt", merges}});
    }
    SUBCASE("special tokens") {
        check_all("special_tokens_map.json", map, {{"tokenizer.json", model}, {"added_tokens.json", tokens.dump()}});
    }
    SUBCASE("a list of words") { check_all("vocab.json", json::parse(R"({"a": 0, "b": 1, "ab": 2, "<u>": 3})"), {}); }
    SUBCASE("added tokens") {
        check_all("added_tokens.json", tokens,
                  {{"vocab.json", words}, {"merges.txt", merges}, {"special_tokens_map.json", map.dump()}});
    }
}

TEST_CASE("any text as merges.txt is read or refused") {
    const files::Folder folder;
    const std::string bytes(100'000, 'a');
    Counts counts;
    std::vector<std::string> all{"",
                                 "\n\n\n",
                                 "#version: 0.2",
                                 "a b",
                                 "a b\r\n",
                                 "a  b",
                                 " a b",
                                 "a b ",
                                 "a b c",
                                 "a",
                                 "a b\na b",
                                 "a x\n",
                                 "\0 \0",
                                 "\xFF b",
                                 "#version\nab",
                                 "[[\"a\"]]",
                                 bytes,
                                 bytes + " " + bytes,
                                 std::string(100'000, ' '),
                                 std::string(100'000, '\n')};
    for (const std::string& merges : all)
        check(folder, {{"vocab.json", vocabulary().dump()}, {"merges.txt", merges}}, "merges.txt", "", counts);
    CHECK(counts.read > 5);
    CHECK(counts.refused > 5);
}

namespace {
Tokenizer opened(const json& document) {
    const files::Folder folder;
    files::write_bytes(folder / "tokenizer.json", document.dump());
    return Tokenizer::open(folder.path());
}
/// A part with the same step many times.
json repeated(const json& step, const char* list) {
    return {{"type", "Sequence"}, {list, std::vector<json>(50, step)}};
}
}  // namespace

TEST_CASE("steps that each lengthen a text are stopped, and templates that each repeat it are refused") {
    const json doubled{{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aa"}};
    const auto refused = [](const char* part, const json& value, const std::string& text) {
        json document = tokenizer_json();
        for (const char* other : {"normalizer", "pre_tokenizer", "post_processor", "decoder"}) document.erase(other);
        document[part] = value;
        return message_of<ValueError>([&] {
            const Tokenizer tokenizer = opened(document);
            (void)tokenizer.decode(tokenizer.encode(text));
        });
    };
    CHECK(says(refused("normalizer", repeated(doubled, "normalizers"), "ab"), "the normalizer makes ",
               " bytes of a text of 2, ", ": remove the steps that lengthen it, or give a shorter text"));
    const json bytes{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}};
    CHECK(says(refused("pre_tokenizer", repeated(bytes, "pretokenizers"), "é"), "the pre_tokenizer makes "));
    CHECK(says(refused("decoder", repeated(doubled, "decoders"), "a"), "the decoder makes "));

    json document = tokenizer_json();
    const json twice{{"type", "TemplateProcessing"},
                     {"single", {{{"Sequence", {{"id", "A"}}}}, {{"Sequence", {{"id", "A"}}}}}},
                     {"special_tokens", json::object()}};
    document["post_processor"] = twice;
    CHECK_NOTHROW((void)opened(document));
    document["post_processor"] = repeated(twice, "processors");
    CHECK(says(message_of<FileError>([&] { (void)opened(document); }),
               "tokenizer.json: post_processor repeats the text more than 64 times"));
}

TEST_CASE("an expression of a file that cannot be read is named with its place") {
    json document = tokenizer_json();
    document["pre_tokenizer"]["pretokenizers"][0]["pattern"] = {{"Regex", "(a"}};
    CHECK(
        says(message_of<FileError>([&] { (void)opened(document); }),
             "tokenizer.json: pre_tokenizer[0].pattern: the expression \"(a\" has a parenthesis that nothing closes"));
}
