// Shared by the tests of pictures: texts that break careless code, and gnuplot, where it is installed.
#pragma once

#include "suture/pictures/pictures.hpp"

#include "doctest.hpp"
#include "file/files.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace pictures_test {

inline const suture::pictures::Gnuplot no_gnuplot{"/nonexistent/gnuplot"};

/// Tokens that mean something to gnuplot, a shell, CSV, XML or UTF-8, and must mean nothing.
inline const std::vector<std::string> evil{"\"; system(\"touch x\")",
                                           "`touch y`",
                                           "it's",
                                           "a_b^c{d}",
                                           "100% %d %s",
                                           "back\\slash\\",
                                           "new\nline",
                                           "tab\t, comma",
                                           "<b>&amp;</b>",
                                           "😀",
                                           "日本語",
                                           "\xF0\x9F",
                                           "   ",
                                           "",
                                           "$x @y #z",
                                           "]]>--><!--"};

/// Whether gnuplot is installed; if not, the test's output says so.
inline bool has_gnuplot() {
    const files::Folder folder;
    files::write_bytes(folder / "nothing.gp", "");
    const bool there = suture::pictures::detail::run_gnuplot("gnuplot", folder.path(), "nothing.gp");
    if (!there) MESSAGE("skipped: gnuplot is not installed (Debian: gnuplot-nox)");
    return there;
}

inline std::size_t times(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++count;
    return count;
}

inline suture::pictures::HeatMap map_of(const at::Tensor& values) {
    return {.title = "Patching",
            .caption = "Recovered by patching.",
            .metric = "logit difference (logits)",
            .values = values,
            .rows = suture::pictures::numbers("layer", static_cast<std::size_t>(values.size(0))),
            .columns = suture::pictures::numbers("position", static_cast<std::size_t>(values.size(1)))};
}

}  // namespace pictures_test
