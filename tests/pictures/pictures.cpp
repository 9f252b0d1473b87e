// The one header that users include.
#include "suture/pictures/pictures.hpp"

#include "pictures/fixture.hpp"

#include <ATen/ops/rand.h>

#include <string>
#include <vector>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
using files::Folder;
}  // namespace

TEST_CASE("a picture and a page take a few lines and no name from detail") {
    const Folder folder;
    const std::vector<std::string> words{"When", " Mary", " and"};
    const HeatMap map{.title = "Attention of head 9.1",
                      .caption = "",
                      .metric = "attention probability",
                      .values = at::rand({3, 3}),
                      .rows = tokens(words, "query"),
                      .columns = tokens(words, "key"),
                      .scale = Scale::sequential};
    const Saved saved = save(map, folder / "out", "attention", no_gnuplot);
    Report report(folder / "report.html", "Attention");
    report.picture(saved).table(Table{{"head"}, {{"9.1"}}}).save();
    CHECK(report.text().find("out/attention.csv") != std::string::npos);
}
