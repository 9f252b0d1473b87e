// A picture's files: all of them or none, with gnuplot and without, and no text of a picture's that does anything.
#include "pictures/fixture.hpp"

#include "message.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
using files::bytes_of;
using files::Folder;
using suture::FileError;
using suture::ValueError;
using suture_test::message_of;
using suture_test::says;
namespace fs = std::filesystem;

const HeatMap map = map_of(at::tensor({-1.0, 0.0, 3.0, std::numeric_limits<double>::quiet_NaN()}).reshape({2, 2}));

/// A program that stands for gnuplot.
Gnuplot program(const Folder& folder, const std::string& script) {
    const fs::path path = folder / "program";
    files::write_bytes(path, "#!/bin/sh\n" + script);
    fs::permissions(path, fs::perms::owner_all);
    return {path.string()};
}

/// Every kind, with names that are to do nothing.
template <class Use>
void for_each_evil_picture(const std::vector<std::string>& names, Use use) {
    const auto n = static_cast<suture::Index>(names.size());
    const std::string all = names[0] + names[1];
    use(HeatMap{all, all, all, at::rand({n, n}), tokens(names, all), tokens(names, all)}, "heat_map");
    use(Patterns{all, all, all, at::rand({2, n, n}), {all, {names[0], names[1]}}, {all, names}, tokens(names)},
        "patterns");
    use(Lines{all, all, all, at::rand({n, n}), tokens(names, all), {all, names}}, "lines");
    use(Scatter{all, all, all, all, at::rand({9}), at::rand({9}), all}, "scatter");
    use(Histogram{all, all, all, at::arange(4), at::arange(3), all}, "histogram");
}

/// The text as gnuplot's SVG terminal writes it.
std::string in_svg(std::string text) {
    suture::pictures::detail::replace_all(text, "&", "&amp;");
    suture::pictures::detail::replace_all(text, "<", "&lt;");
    return text;
}
}  // namespace

TEST_CASE("without gnuplot the numbers and the script are written, and what to do is said") {
    const Folder folder;
    files::write_bytes(folder / "map.svg", "of another time");
    const Saved saved = save(map, folder.path(), "map", no_gnuplot);
    CHECK_FALSE(saved.drawn);
    CHECK(saved.remedy() ==
          "not drawn, for there is no gnuplot: install it (Debian: gnuplot-nox), then run gnuplot map.gp in " +
              folder.path().string());
    CHECK_FALSE(fs::exists(saved.svg));
    CHECK(folder.entries() == 3);
    CHECK(bytes_of(saved.csv) == csv_text(drawing_of(map).table));
    CHECK(bytes_of(saved.script) == drawing_of(map).canvas.script("map"));
    const auto stored = suture::Safetensors::open(saved.safetensors);
    CHECK(files::same_bits(stored.load("values"), map.values));
    CHECK(stored.metadata().at("metric") == "logit difference (logits)");
    CHECK(stored.metadata().at("rows") == R"(["0","1"])");
}

TEST_CASE("the directory is made if there is none") {
    const Folder folder;
    CHECK(fs::exists(save(map, folder / "a/b", "map", no_gnuplot).csv));
}

TEST_CASE("a gnuplot that fails is quoted, and nothing is written or changed") {
    const Folder folder;
    const fs::path out = folder / "out";
    save(map, out, "map", no_gnuplot);
    const std::string before = bytes_of(out / "map.csv");
    const Gnuplot failing = program(folder, "echo half > map.svg\necho 'unknown terminal type' >&2\nexit 3\n");
    CHECK(says(message_of<FileError>([&] {
                   save(map_of(at::ones({1, 1})), out, "map", failing);
               }),
               "program failed on map.gp", "nothing was written", "unknown terminal type"));
    CHECK(bytes_of(out / "map.csv") == before);
    CHECK(std::distance(fs::directory_iterator(out), fs::directory_iterator()) == 3);

    CHECK(says(message_of<FileError>([&] { save(map, out, "map", program(folder, "echo pngcairo? >&2\n")); }),
               "drew nothing from map.gp", "pngcairo?"));
    CHECK(says(message_of<FileError>([&] { save(map, out, "map", program(folder, "kill -9 $$\n")); }), "failed"));
    fs::permissions(folder / "program", fs::perms::owner_read);
    CHECK(says(message_of<FileError>([&] { save(map, out, "map", {(folder / "program").string()}); }),
               "cannot be started (Permission denied)"));
    CHECK(std::distance(fs::directory_iterator(out), fs::directory_iterator()) == 3);
}

TEST_CASE("a directory that cannot be written is named") {
    const Folder folder;
    files::write_bytes(folder / "file", "");
    CHECK(says(message_of<FileError>([&] { save(map, folder / "file", "map", no_gnuplot); }),
               (folder / "file").string() + ": pictures cannot be written here"));
}

TEST_CASE("a name that is more than a file's is refused") {
    for (const char* name : {"", "../map", "a b", ".map", "-map", "map'", "a\nb"})
        CHECK(says(message_of<ValueError>([&] { save(map, "", name, no_gnuplot); }), "cannot name a picture's files"));
}

TEST_CASE("every kind is drawn, shows its names, and runs none of them") {
    if (!has_gnuplot()) return;
    const Folder folder;
    const std::string done = (folder / "done").string();
    std::vector<std::string> names = evil;
    names.insert(names.begin(), {"\"; system(\"touch " + done + "\") #", "`touch " + done + "`"});
    for_each_evil_picture(names, [&](const auto& picture, const std::string& kind) {
        CAPTURE(kind);
        const Saved saved = save(picture, folder.path(), kind);
        CHECK(saved.drawn);
        CHECK(bytes_of(saved.png).substr(1, 3) == "PNG");
        const std::string svg = bytes_of(saved.svg);
        if (kind != "heat_map" && kind != "lines") return;  // the others have no room for each name
        for (const std::string& shown : suture::pictures::detail::shown_names(tokens(names))) {
            CAPTURE(shown);
            CHECK(svg.find(">" + in_svg(shown) + "<") != std::string::npos);
        }
    });
    CHECK_FALSE(fs::exists(folder / "done"));
    CHECK(folder.entries() == 5 * 5);
}

TEST_CASE("a cell of zero is white, one without a number is grey, and the largest has the palette's last colour") {
    if (!has_gnuplot()) return;
    const Folder folder;
    const std::string svg = bytes_of(save(map, folder.path(), "map").svg);
    CHECK(svg.find("rgb(247, 247, 247)") != std::string::npos);
    CHECK(svg.find("rgb(189, 189, 189)") != std::string::npos);
    CHECK(svg.find("rgb(103,   0,  31)") != std::string::npos);
}

TEST_CASE("what has nothing to draw has a picture all the same") {
    if (!has_gnuplot()) return;
    const Folder folder;
    const at::Tensor nothing = at::full({2, 2}, std::numeric_limits<double>::quiet_NaN());
    const Axis two = numbers("", 2);
    CHECK(save(map_of(nothing), folder.path(), "a").drawn);
    CHECK(save(Patterns{"", "", "", nothing.unsqueeze(0), numbers("", 1), two, two}, folder.path(), "b").drawn);
    CHECK(save(Lines{"", "", "", nothing, two, two, true}, folder.path(), "c").drawn);
    CHECK(save(Scatter{"", "", "", "", nothing[0], nothing[0]}, folder.path(), "d").drawn);
    CHECK(save(Histogram{"", "", "", at::arange(2), at::zeros({1})}, folder.path(), "e").drawn);
}

TEST_CASE("the script draws the same picture again") {
    if (!has_gnuplot()) return;
    const Folder folder;
    const Saved saved = save(map, folder.path(), "map");
    const std::string drawn = bytes_of(saved.svg);
    fs::remove(saved.svg);
    CHECK(suture::pictures::detail::run_gnuplot({}, folder.path(), "map.gp"));
    CHECK(bytes_of(saved.svg) == drawn);
}
