// Patterns: panels, their names, and the cells that a causal query does not see.
#include "suture/pictures/patterns.hpp"

#include "pictures/layout.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
}  // namespace

TEST_CASE("patterns have a panel, and rows of the table, for each head") {
    const Patterns p{"Attention",
                     "",
                     "probability",
                     at::arange(12).reshape({3, 2, 2}),
                     numbers("head", 3),
                     tokens({"a", "b"}, "query"),
                     tokens({"a", "b"}, "key")};
    const Drawing drawing = drawing_of(p);
    CHECK(drawing.table.rows.size() == 12);
    CHECK(drawing.table.rows.back() == std::vector<std::string>{"2", "2", "1", "b", "1", "b", "probability", "11"});
    const std::string script = drawing.canvas.script("p");
    for (const char* name : {"'head 0'", "'head 1'", "'head 2'", "'query'", "'key'"}) CHECK(times(script, name) >= 1);
    CHECK(times(script, "set cbrange [0:11]") == 1);
}

TEST_CASE("slanted names stand below the last row of panels only, where nothing is to their left") {
    const auto named = [](const std::string& first) {
        const Axis axis = tokens({first, "b", "c", "d", "e", "f"});
        return times(script_of(Patterns{"", "", "", at::ones({7, 6, 6}), numbers("head", 7), axis, axis}),
                     "set label '0 " + first + "'");
    };
    // Four panels above three: the names stand beside the first of each, and below three or, if short, below four.
    CHECK(named("reaching far") == 2 + 3);
    CHECK(named("a") == 2 + 4);
}

TEST_CASE("a causal pattern draws no cell right of the diagonal, and its table has all of them") {
    Patterns p{"", "", "", at::ones({1, 3, 3}), numbers("head", 1), numbers("query", 3), numbers("key", 3)};
    const auto cells = [&] { return times(script_of(p), " 1\n"); };
    CHECK(cells() == 9);
    p.causal = true;
    CHECK(cells() == 6);
    CHECK(script_of(p).find("no value") == std::string::npos);
    CHECK(drawing_of(p).table.rows.size() == 9);
    p.values = at::ones({1, 1, 3});  // the last query alone, as with a cache
    p.rows = numbers("query", 1);
    CHECK(cells() == 3);
}
