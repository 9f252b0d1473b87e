#include "suture/file/detail/json_text.hpp"

#include "doctest.hpp"

#include <string>

using suture::detail::json_text;

TEST_CASE("numbers and words of JSON are shown as they are written, and shortened") {
    CHECK(json_text(12) == "12");
    CHECK(json_text(1.5) == "1.5");
    CHECK(json_text("gpt2") == "\"gpt2\"");
    CHECK(json_text(nullptr) == "null");
    CHECK(json_text(true) == "true");
    CHECK(json_text(std::string(1000, 'a')).size() == 43);
}

TEST_CASE("a parser's reason is given without its own name and without the text") {
    try {
        [[maybe_unused]] const auto never = nlohmann::json::parse("{\"a\": nan}");
        FAIL("this is not JSON");
    } catch (const nlohmann::json::exception& error) {
        CHECK(suture::detail::parse_reason(error).find("parse error at line 1, column 8: syntax error") == 0);
        CHECK(suture::detail::parse_reason(error).find("last read") == std::string::npos);
    }
}

TEST_CASE("nested values of JSON are named, however deep they are") {
    CHECK(json_text({1, 2}) == "an array");
    CHECK(json_text({{"a", 1}}) == "an object");
    const std::size_t depth = 300000;
    CHECK(json_text(nlohmann::json::parse(std::string(depth, '[') + std::string(depth, ']'))) == "an array");
}
