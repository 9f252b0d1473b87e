// Reports: no text becomes markup, pictures do not interfere, and links lead somewhere.
#include "suture/pictures/report.hpp"

#include "pictures/fixture.hpp"

#include "message.hpp"

#include <ATen/ops/ones.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
using files::bytes_of;
using files::Folder;
using suture_test::message_of;
using suture_test::says;

namespace fs = std::filesystem;

constexpr const char* hostile = "</main><script>alert('x')</script>\" onload=\"x";

std::vector<std::string> all_matches(const std::string& text, const std::string& expression) {
    const std::regex pattern(expression);
    std::vector<std::string> found;
    for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) found.push_back((*at)[1]);
    return found;
}
}  // namespace

TEST_CASE("no text of a report becomes markup") {
    const Folder folder;
    Report report(folder / "report.html", hostile, hostile);
    report.section(hostile).section("second").paragraph(hostile).code(hostile, hostile);
    report.table({{hostile}, {{hostile}}}, hostile);
    HeatMap map = map_of(at::ones({1, 1}));
    map.title = map.caption = map.metric = hostile;
    map.columns = tokens({hostile});
    report.picture(save(map, folder.path(), "not_drawn", no_gnuplot));
    if (has_gnuplot()) report.picture(save(map, folder.path(), "drawn"));
    report.save();
    const std::string page = bytes_of(folder / "report.html");
    CHECK(page.find("<script") == std::string::npos);
    CHECK(all_matches(page, "(<[^>]*onload=[\"'])").empty());
    CHECK(times(page, "</main>") == 1);
    CHECK(times(page, "&lt;script&gt;alert(&#39;x&#39;)") >= 11);
}

TEST_CASE("a page loads nothing from a network") {
    const Folder folder;
    Report report(folder / "report.html", "Title");
    if (has_gnuplot()) report.picture(save(map_of(at::ones({2, 2})), folder.path(), "map"));
    std::string page = report.text();
    for (const char* name : {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"})  // names, not addresses
        suture::pictures::detail::replace_all(page, name, "");
    for (const char* word : {"http:", "https:", "src=", "@import", "<link", "url(http"})
        CHECK(page.find(word) == std::string::npos);
    CHECK(page.find("default-src 'none'") != std::string::npos);
}

TEST_CASE("numbers in tables are aligned to the right, under their names; other cells keep their lines") {
    Report report("report.html", "Title");
    report.table({{"name", "difference"}, {{"zero", "-0.25"}, {"two\nlines", "+1e-05"}, {"1 2", ""}}}, "Experiments");
    const std::string page = report.text();
    CHECK(page.find("<th>name</th><th class=\"number\">difference</th></tr>") != std::string::npos);
    CHECK(page.find(
              "<td data-column=\"name\">zero</td><td class=\"number\" data-column=\"difference\">-0.25</td></tr>") !=
          std::string::npos);
    CHECK(page.find("<td data-column=\"name\">two\nlines</td><td class=\"number\" "
                    "data-column=\"difference\">+1e-05</td></tr>") != std::string::npos);
    CHECK(page.find("<td data-column=\"name\">1 2</td><td data-column=\"difference\"></td></tr>") != std::string::npos);
    CHECK(page.find("<div class=\"title soft\">Experiments</div>") != std::string::npos);
    CHECK(message_of<suture::ShapeError>([&] {
              report.table({{"a", "b"}, {{"1"}}}, "T");
          }) == "a row of the table 'T' has 1 cells, but the header has 2: give one cell per column");
    CHECK(report.text() == page);
}

TEST_CASE("sections are listed at the top once there are two") {
    Report report("report.html", "Title");
    report.section("First");
    CHECK(report.text().find("<nav>") == std::string::npos);
    report.section("Second");
    CHECK(report.text().find("<li><a href=\"#section-2\">Second</a></li>") != std::string::npos);
    CHECK(report.text().find("<h2 id=\"section-2\">Second</h2>") != std::string::npos);
}

TEST_CASE("no two things on a page have one id, and every mention of one finds it") {
    if (!has_gnuplot()) return;
    const Folder folder;
    Report report(folder / "report.html", "Title");
    report.section("One").section("Two");
    for (const char* name : {"a", "b", "c"}) report.picture(save(map_of(at::ones({2, 2})), folder.path(), name));
    const std::string page = report.text();
    const std::vector<std::string> ids = all_matches(page, R"re( id=["']([^"']+)["'])re");
    const std::set<std::string> unique(ids.begin(), ids.end());
    CHECK(ids.size() > 60);
    CHECK(unique.size() == ids.size());
    for (const std::string& mentioned : all_matches(page, R"re(href=["']#([^"']+)["'])re"))
        CHECK(unique.count(mentioned) == 1);
    CHECK(page.find("<?xml") == std::string::npos);
    CHECK(page.find("Gnuplot</title>") == std::string::npos);
}

TEST_CASE("a picture's links lead to its files from where the page is, whatever the directory is called") {
    const Folder folder;
    Report report(folder / "pages/report.html", "Title");
    const Saved saved = save(map_of(at::ones({2, 2})), folder / "50% \"new\"", "map", no_gnuplot);
    report.picture(saved);
    report.save();
    CHECK(report.text().find("href=\"../50%25%20%22new%22/map.csv\"") != std::string::npos);
    CHECK(report.text().find(suture::pictures::detail::html(saved.remedy())) != std::string::npos);
    CHECK(report.text().find(".svg") == std::string::npos);
    CHECK(fs::exists(folder / "pages/report.html"));
    if (!has_gnuplot()) return;
    report.picture(save(map_of(at::ones({2, 2})), folder.path(), "map"));
    for (const std::string& link : all_matches(report.text(), R"re(href="(\.\./map[^"]*)")re"))
        CHECK(fs::exists(folder / "pages" / link));
    CHECK(times(report.text(), "href=\"../map.") == 5);
}

TEST_CASE("a page without a directory links to what is beside it") {
    Report report("report.html", "Title");
    Saved saved;
    saved.csv = "map.csv";
    saved.safetensors = fs::current_path() / "out/map.safetensors";
    report.picture(saved);
    CHECK(report.text().find("href=\"map.csv\"") != std::string::npos);
    CHECK(report.text().find("href=\"out/map.safetensors\"") != std::string::npos);
}

TEST_CASE("a page that cannot be written is an error that names it") {
    const Folder folder;
    files::write_bytes(folder / "file", "");
    const Report report(folder / "file/report.html", "Title");
    CHECK(says(message_of<suture::FileError>([&] { report.save(); }), "file/report.html", "cannot be written"));
}
