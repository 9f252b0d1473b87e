#include "suture/hook/detail/paths.hpp"

#include "doctest.hpp"

#include <string>
#include <vector>

using namespace suture::detail;

TEST_CASE("a path is the steps between its dots, and joins them again") {
    using list = std::vector<std::string>;
    CHECK(steps_of("h.3.attn") == list{"h", "3", "attn"});
    CHECK(steps_of("h") == list{"h"});
    CHECK(steps_of("").empty());
    CHECK(steps_of("h.") == list{"h", ""});
    for (const char* path : {"h.3.attn", "h", ""}) {
        const list steps = steps_of(path);
        CHECK(path_of(steps, 0, steps.size()) == path);
    }
    CHECK(path_of(steps_of("h.3.attn.z"), 1, 3) == "3.attn");
}

TEST_CASE("a path has a parent and a last step; a path of one step is inside the model itself") {
    CHECK(parent_path("h.3.attn") == "h.3");
    CHECK(parent_path("h").empty());
    CHECK(last_step("h.3.attn") == "attn");
    CHECK(last_step("h") == "h");
    CHECK(joined_path(parent_path("h.3"), last_step("h.3")) == "h.3");
    CHECK(joined_path("", "h") == "h");
    CHECK(joined_path("h", "") == "h");
}

TEST_CASE("a pattern matches within steps, never across a dot") {
    CHECK(path_matches("h.*.attn", "h.3.attn"));
    CHECK(path_matches("h.[0-3].a?tn", "h.3.attn"));
    CHECK_FALSE(path_matches("h.*", "h.3.attn"));
    CHECK_FALSE(path_matches("h.[0-3]", "h.4"));
    CHECK(has_wildcards("h.*"));
    CHECK(has_wildcards("h.[01]"));
    CHECK_FALSE(has_wildcards("h.0"));
    CHECK(is_all_digits("12"));
    CHECK_FALSE(is_all_digits("c_12"));
    CHECK_FALSE(is_all_digits(""));
}

TEST_CASE("the module is what remains of a path without the kind and the number of its site") {
    CHECK(module_part("h.0.attn") == "h.0.attn");
    CHECK(module_part("h.0.attn.input") == "h.0.attn");
    CHECK(module_part("h.0.attn.input.1") == "h.0.attn");
    CHECK(module_part("h.0.attn.output.2") == "h.0.attn");
    CHECK(module_part("h.0") == "h.0");
    CHECK(module_part("input").empty());
    CHECK(module_part("output.1").empty());
    CHECK(module_part("").empty());
}
