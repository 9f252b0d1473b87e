// The text of a config.json: what Python reads beside JSON is read, and where it stands is known.
#include "suture/decoder/detail/config_text.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <string>

using namespace suture;
using suture::detail::read_config_text;
using suture_test::message_of;

TEST_CASE("numbers that JSON lacks are noted with the outer member that they are in, and with their place") {
    const auto text = read_config_text(
        "{\"a\": NaN,\n \"b\" : [1, -Infinity], \"c\": {\"a\": Infinity},\n\"d\": 3, \"NaN\": \"NaN\"}");
    CHECK(text.not_json == std::map<std::string, std::string>{{"a", "NaN (line 1, column 7)"},
                                                              {"b", "-Infinity (line 2, column 12)"},
                                                              {"c", "Infinity (line 2, column 35)"}});
    CHECK(text.fields["d"] == 3);
    CHECK(text.fields["NaN"] == "NaN");
    CHECK(text.fields.size() == 5);
}

TEST_CASE("texts with quotes and escapes hold no numbers") {
    const auto text = read_config_text(R"({"a\"": "x\"NaN", "b\\": "Infinity", "c": "}{", "d": [["NaN"]]})");
    CHECK(text.not_json.empty());
    CHECK(text.fields["a\""] == "x\"NaN");
    CHECK(text.fields["c"] == "}{");
}

TEST_CASE("the place of what is not JSON is that of the text as it was given") {
    const auto refused = [](const std::string& text) { return message_of<FileError>([&] { read_config_text(text); }); };
    CHECK(refused("{\"a\": NaN, \"b\": -Infinity, x}").find("parse error at line 1, column 28") != std::string::npos);
    CHECK(refused("{\"a\": NAN}").find("parse error at line 1, column 7") != std::string::npos);
    CHECK(refused("{\"a\": 1,}").find("parse error at line 1, column 9") != std::string::npos);
    CHECK(refused("\"x\"").find("is not a JSON object but \"x\": give") != std::string::npos);
    CHECK(refused("{\"a\": 1e999}").find("is not a JSON object (") != std::string::npos);
    CHECK(refused("{\"").find("is not a JSON object (") != std::string::npos);
    CHECK(refused("{\"a\\").find("is not a JSON object (") != std::string::npos);
    CHECK(refused("").find("is empty") == 0);
}

TEST_CASE("a byte order mark before the text is read past") {
    CHECK(read_config_text("\xEF\xBB\xBF{\"a\": 1}").fields["a"] == 1);
}
