#include "suture/exported/detail/names_in_result.hpp"

#include "doctest.hpp"

#include <string>
#include <vector>

using suture::detail::names_in_result;
using Json = nlohmann::json;
using Names = std::vector<std::string>;

namespace {
Json leaf() { return {{"type", nullptr}, {"context", nullptr}, {"children_spec", Json::array()}}; }
Json node(const char* type, const Json& context, const Json& children) {
    return {{"type", type}, {"context", context.dump()}, {"children_spec", children}};
}
Names names(const Json& tree, const Json& tuples = Json::object()) {
    return names_in_result(Json::array({1, tree}).dump(), tuples);
}
}  // namespace

TEST_CASE("results are named by the keys of dictionaries and dataclasses, and by numbers in tuples") {
    CHECK(names(leaf()) == Names{""});
    const Json inner = node("builtins.tuple", nullptr, Json::array({leaf(), leaf()}));
    CHECK(names(node("builtins.dict", Json::array({"z", "more"}), Json::array({leaf(), inner}))) ==
          Names{"z", "more.0", "more.1"});
    CHECK(names(node("transformers.modeling_outputs.CausalLMOutput", Json::array({"logits"}), Json::array({leaf()}))) ==
          Names{"logits"});
    CHECK(names(inner) == Names{"0", "1"});
    CHECK(names(node("builtins.dict", Json::array({7}), Json::array({leaf()}))) == Names{"7"});
}

TEST_CASE("a named tuple has the names of its fields") {
    const Json tuples{{"my.Result", {{"field_names", Json::array({"logits", "loss"})}}}};
    CHECK(names(node("my.Result", "my.Result", Json::array({leaf(), leaf()})), tuples) == Names{"logits", "loss"});
}

TEST_CASE("a tree that cannot be understood gives numbers, or no names") {
    CHECK(names_in_result("", {}).empty());
    CHECK(names_in_result("[1", {}).empty());
    CHECK(names_in_result("{}", {}).empty());
    CHECK(names(node("builtins.dict", Json::array({"one"}), Json::array({leaf(), leaf()}))) == Names{"0", "1"});
    Json deep = leaf();
    for (int i = 0; i < 150; ++i) deep = node("builtins.tuple", nullptr, Json::array({deep}));
    CHECK(names(deep).size() == 1);
}

TEST_CASE("an empty tuple in the result has no leaf") {
    CHECK(names(node("builtins.tuple", nullptr, Json::array())).empty());
}
