#include "suture/text/csv.hpp"

#include "doctest.hpp"

using suture::csv_field;

TEST_CASE("a field is quoted if a reader would otherwise misread it") {
    for (const char* plain : {"", "layer 3", "0.5", "é", "a'b", ";"}) CHECK(csv_field(plain) == plain);
    CHECK(csv_field("Q[token 4, dims 0:10] = 0") == "\"Q[token 4, dims 0:10] = 0\"");
    CHECK(csv_field("say \"John\"") == "\"say \"\"John\"\"\"");
    CHECK(csv_field(" Mary") == "\" Mary\"");
    CHECK(csv_field("Mary ") == "\"Mary \"");
    CHECK(csv_field("two\nlines") == "\"two\nlines\"");
    CHECK(csv_field("\r") == "\"\r\"");
}
