#include "suture/exported/detail/fields.hpp"

#include "doctest.hpp"
#include "message.hpp"

using namespace suture::detail;
using suture_test::message_of;
using suture_test::says;
using Json = nlohmann::json;

TEST_CASE("a field of another type than expected is refused by what stands there") {
    CHECK(integer(Json(-3)) == -3);
    CHECK(boolean(Json(true)));
    CHECK(text(Json("relu")) == "relu");
    CHECK(list(Json::array({1})).size() == 1);
    for (const Json& wrong :
         {Json(1.5), Json("3"), Json(true), Json(nullptr), Json::array(), Json(18446744073709551615u)})
        CHECK(says(message_of<suture::FileError>([&] { integer(wrong); }), "whole number"));
    CHECK(
        says(message_of<suture::FileError>([] { boolean(Json(1)); }), "1", "true or false", "export the model again"));
    CHECK(says(message_of<suture::FileError>([] { text(Json(1)); }), "a text"));
    CHECK(says(message_of<suture::FileError>([] { list(Json("x")); }), "an array"));
}

TEST_CASE("a text that may be missing is empty if it is missing, null or something else") {
    const Json object{{"name", "relu"}, {"none", nullptr}, {"number", 3}};
    CHECK(optional_text(object, "name") == "relu");
    CHECK(optional_text(object, "none").empty());
    CHECK(optional_text(object, "number").empty());
    CHECK(optional_text(object, "other").empty());
}
