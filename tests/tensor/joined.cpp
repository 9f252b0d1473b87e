// Lists in words.
#include "suture/tensor/joined.hpp"

#include "doctest.hpp"

#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

using suture::detail::joined;

TEST_CASE("the separator stands between parts only, and empty parts count") {
    using texts = std::vector<std::string>;
    CHECK(joined(texts{}, ", ").empty());
    CHECK(joined(texts{"Q"}, ", ") == "Q");
    CHECK(joined(texts{"Q", "K", "V"}, ", ") == "Q, K, V");
    CHECK(joined(texts{"", "", "V"}, ",") == ",,V");
    CHECK(joined(std::initializer_list<const char*>{"Q", "K"}, " | ") == "Q | K");
}

TEST_CASE("parts that are not text are turned into text by a function or a member") {
    const auto digits = [](int n) { return std::to_string(n); };
    CHECK(joined(std::vector{1, 2, 3}, " x ", digits) == "1 x 2 x 3");
    const std::map<int, std::string> layers{{0, "h.0"}, {1, "h.1"}};
    CHECK(joined(layers, ", ", &std::pair<const int, std::string>::second) == "h.0, h.1");
    CHECK(joined(std::vector{true, false}, ", ", [](bool b) { return b ? "yes" : "no"; }) == "yes, no");
}
