#include "suture/exported/detail/symbolic_size.hpp"

#include "doctest.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

using suture::detail::size_text;
using suture::detail::SizeExpression;
using suture::detail::symbol_in;
using suture::detail::symbols_in;

namespace {
const std::string s72 = "Symbol('s72', positive=True, integer=True)", b = "Symbol('b')";

/// With 5 for s72, and 3 for b.
std::optional<std::int64_t> value_of(const std::string& text) {
    return SizeExpression(text).value([](const std::string& symbol) -> std::optional<std::int64_t> {
        if (symbol == "s72") return 5;
        if (symbol == "b") return 3;
        return std::nullopt;
    });
}
}  // namespace

TEST_CASE("a size is a symbol, an expression or neither") {
    CHECK(symbol_in("Symbol('s72', positive=True, integer=True)") == "s72");
    CHECK(symbol_in("Mul(Integer(2), Symbol('s72', integer=True))").empty());
    CHECK(symbol_in("Symbol('a') + Symbol('b')").empty());
    CHECK(symbol_in("").empty());
    CHECK(symbol_in("Symbol('s").empty());
}

TEST_CASE("an expression is worth what Python computes") {
    CHECK(value_of(s72) == 5);
    CHECK(value_of("Integer(-7)") == -7);
    CHECK(value_of("Mul(Integer(2), " + s72 + ")") == 10);
    CHECK(value_of("Add(Integer(1), Mul(" + b + ", " + s72 + "), " + b + ")") == 19);
    CHECK(value_of("FloorDiv(" + s72 + ", Integer(2))") == 2);
    CHECK(value_of("Mod(" + s72 + ", " + b + ")") == 2);
}

TEST_CASE("what cannot be told is worth nothing") {
    const std::vector<std::string> unknown{"Symbol('n')",
                                           "Mul(Integer(2), Symbol('n'))",
                                           "",
                                           "Integer(2)x",
                                           "Integer(two)",
                                           "Integer(99999999999999999999)",
                                           "Integer(2",
                                           "Mul(Integer(2), )",
                                           "Pow(" + s72 + ", Integer(2))",
                                           "FloorDiv(" + s72 + ", Integer(0))",
                                           "FloorDiv(Integer(-3), " + s72 + ")",
                                           "Mul(Integer(4611686018427387904), Integer(2))",
                                           "Add(Integer(9223372036854775807), Integer(1))"};
    for (const std::string& text : unknown) {
        CAPTURE(text);
        CHECK_FALSE(value_of(text).has_value());
    }
    std::string deep;
    for (int i = 0; i < 100000; ++i) deep += "Add(";
    CHECK_FALSE(value_of(deep + s72).has_value());
}

TEST_CASE("an expression is shown as people write it") {
    CHECK(size_text(std::int64_t{6}) == "6");
    CHECK(size_text(s72) == "s72");
    CHECK(size_text("Mul(Integer(2), Add(" + s72 + ", Integer(1)))") == "2*(s72 + 1)");
    CHECK(size_text("Mod(" + s72 + ", Integer(8))") == "Mod(s72, 8)");
    CHECK(size_text(std::string("Mul(Integer(2")) == "?");
}

TEST_CASE("the symbols of an expression are all that occur") {
    CHECK(symbols_in("Mul(" + b + ", " + s72 + ")") == std::set<std::string>{"b", "s72"});
    CHECK(symbols_in("Mul(Symbol('x") == std::set<std::string>{"x"});
    CHECK(symbols_in("Integer(2)").empty());
}
