// Layout reports: passed, contradicted and inconclusive.
#include "suture/inspect/layout_report.hpp"

#include "doctest.hpp"

#include <sstream>
#include <vector>

namespace {
using namespace suture;
using enum LayoutCheck::Outcome;

LayoutReport report_of(std::vector<LayoutCheck> checks) { return {"h.0", "Fused<...>", std::move(checks), false, {}}; }
}  // namespace

TEST_CASE("a report passes if every check did, is contradicted by any, and is otherwise inconclusive") {
    const LayoutCheck good{"a", passed, ""}, bad{"b", contradicted, "row 1 changed"},
        open{"c", inconclusive, "it is dead"};
    const auto is = [](std::vector<LayoutCheck> checks, bool passes, bool contradicts) {
        const LayoutReport report = report_of(std::move(checks));
        return report.passed() == passes && report.contradicted() == contradicts;
    };
    CHECK(is({good}, true, false));
    CHECK(is({good, bad}, false, true));
    CHECK(is({good, open}, false, false));
    CHECK(is({bad, open, good}, false, true));
}

TEST_CASE("the report has one line per check") {
    LayoutReport report = report_of({{"a", passed, ""}, {"b", contradicted, "row 1 changed"}});
    report.looked_for_others = true, report.consistent = {"X"};
    std::ostringstream out;
    out << report;
    CHECK(out.str() ==
          "h.0 is declared Fused<...> and behaves otherwise:\n  ok      a\n  FAILED  b: row 1 changed\n"
          "  it behaves like X\n");
    CHECK(to_string(report_of({{"a", passed, ""}})) ==
          "h.0 is declared Fused<...> and behaves accordingly:\n  ok      a\n");
    CHECK(to_string(report_of({{"a", passed, ""}, {"c", inconclusive, "it is dead"}})) ==
          "h.0 is declared Fused<...>, and whether it behaves accordingly is inconclusive:\n"
          "  ok      a\n  ?       c: it is dead\n");
}
