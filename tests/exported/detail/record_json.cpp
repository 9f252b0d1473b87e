// JSON of an archive: what is not sound, too deep or said twice is refused.
#include "suture/exported/detail/record_json.hpp"

#include "exported/archives.hpp"

#include <string>

using namespace archives;
using suture::detail::record_json;
using suture::detail::strict_json;

namespace {
std::string refusal_of_json(const std::string& text) {
    return error_of([&] { strict_json(text); });
}
std::string repeated(const std::string& text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
}
}  // namespace

TEST_CASE("a sound object is read as it is") {
    CHECK(strict_json(R"({"a": [1, {"b": "\u00e9"}], "c": {"a": 2}})") ==
          Json{{"a", {1, {{"b", "\u00e9"}}}}, {"c", {{"a", 2}}}});
    CHECK(strict_json("{}").empty());
}

TEST_CASE("the same key may stand in different objects, and not twice in one") {
    CHECK(refusal_of_json(R"({"a": {"b": 1}, "c": {"b": 1}, "d": [{"b": 1}, {"b": 1}]})") == "");
    CHECK(refusal_of_json(R"({"a": 1, "a": 2})") ==
          "it has the key \"a\" twice in one object: download or write the file again");
    CHECK(contains(refusal_of_json(R"({"x": [{"a": {}, "b": {"c": 1}, "a": 2}]})"), "the key \"a\" twice"));
}

TEST_CASE("JSON is read up to a depth and refused below, wherever the depth is") {
    CHECK(refusal_of_json("{\"a\":" + repeated("[", 199) + repeated("]", 199) + "}") == "");
    CHECK(contains(refusal_of_json("{\"a\":" + repeated("[", 200) + "1" + repeated("]", 200) + "}"),
                   "deeper than 200 levels"));
    CHECK(contains(refusal_of_json("{\"a\":" + repeated("[", 1'000'000)), "deeper than 200 levels"));
    CHECK(contains(refusal_of_json(repeated("{\"a\":", 1'000'000)), "deeper than 200 levels"));
}

TEST_CASE("what is not one JSON object is refused with the reason") {
    CHECK(contains(refusal_of_json(""), "it is not JSON ("));
    CHECK(contains(refusal_of_json("{\"a\": 1"), "it is not JSON (parse error at line 1, column 8"));
    CHECK(contains(refusal_of_json("{} {}"), "it is not JSON ("));
    CHECK(contains(refusal_of_json("{\"a\": NaN}"), "it is not JSON ("));
    CHECK(contains(refusal_of_json("{\"a\": 1e999}"), "it is not JSON ("));
    CHECK(contains(refusal_of_json("{\"\xFF\": 1}"), "it is not JSON ("));
    CHECK(contains(refusal_of_json(std::string("{}\0{", 4)), "it holds a zero byte"));
    CHECK(refusal_of_json("[1]") == "it must be a JSON object, but is array: download or write the file again");
}

TEST_CASE("an error of a record's JSON names the record") {
    const Folder folder;
    const ExportedArchive archive = open_bytes(folder, archive_of(with(sound_records(), "models/model.json", "[")));
    CHECK(
        contains(error_of([&] { record_json(archive, "models/model.json"); }), "models/model.json: it is not JSON ("));
    CHECK(record_json(archive, "data/constants/model_constants_config.json") == Json{{"config", Json::object()}});
}
