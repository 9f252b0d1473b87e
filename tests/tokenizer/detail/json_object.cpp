// Fields of an object of JSON, and the messages about them.
#include "suture/tokenizer/detail/json_object.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <string>

using nlohmann::json;
using suture::FileError;
using suture::detail::JsonObject;
using suture_test::message_of;

TEST_CASE("fields are read by type, and null is no field") {
    const json fields{{"name", "x"},       {"on", true}, {"n", 3}, {"list", {1, 2}}, {"inner", {{"name", "y"}}},
                      {"nothing", nullptr}};
    const JsonObject object(fields, "part");
    CHECK(object.text("name") == "x");
    CHECK(object.flag("on", false));
    CHECK(object.flag("off", true));
    CHECK(object.count("n") == 3);
    CHECK(object.list("list").size() == 2);
    CHECK(object.object("inner").text("name") == "y");
    CHECK_FALSE(object.has("nothing"));
    CHECK_FALSE(object.optional_text("nothing"));
}

TEST_CASE("a field of another type is refused with its place") {
    const json fields{{"name", 7}, {"on", "yes"}, {"n", -1}, {"list", {{"a", 1}}}};
    const JsonObject object(fields, "part");
    const auto refusal = [](auto task) { return message_of<FileError>(task); };
    const std::string remedy = ": give the file as Python's tokenizers writes it";
    CHECK(refusal([&] { (void)object.text("name"); }) == "part has the name 7 and not a text" + remedy);
    CHECK(refusal([&] { (void)object.text("other"); }) == "part has no other" + remedy);
    CHECK(refusal([&] { (void)object.flag("on", true); }) == "part has the on \"yes\" and not true or false" + remedy);
    CHECK(refusal([&] { (void)object.count("n"); }) == "part has the n -1 and not a number from 0" + remedy);
    CHECK(refusal([&] { (void)object.list("list"); }) == "part has the list an object and not a list" + remedy);
    CHECK(refusal([&] { (void)object.object("name"); }) == "part.name is 7 and not an object" + remedy);
    CHECK(refusal([&] { (void)JsonObject(fields, std::string(600, 'x')); }).find("nested too deep") !=
          std::string::npos);
}
