// Tables, as files and pages show them.
#include "suture/pictures/table.hpp"

#include "pictures/fixture.hpp"

namespace {
using namespace suture::pictures;
using namespace pictures_test;
}  // namespace

TEST_CASE("a table without rows is its header") {
    const Table table{{"head", "score"}, {}};
    CHECK(csv_text(table) == "head,score\r\n");
    Report report("report.html", "Title");
    CHECK(times(report.table(table).text(), "<th>") == 2);
    CHECK(times(report.text(), "<td>") == 0);
}
