// A page with pictures, drawn one after another, and the folder beside it with their files and numbers.
#pragma once

#include "interrupt.hpp"
#include "progress.hpp"
#include "suture/pictures/detail/axis.hpp"
#include "suture/pictures/report.hpp"
#include "suture/pictures/save.hpp"

#include <suture/core/component.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace examples {
namespace pictures = suture::pictures;

/// Draws pictures into a directory and puts them into a page, showing on a terminal how many are left.
class Illustrator {
public:
    Illustrator(pictures::Report& page, std::filesystem::path directory, std::size_t pictures)
        : page_(page), directory_(std::move(directory)), progress_("picture", pictures) {}

    template <pictures::Picture P>
    void draw(const P& picture, const std::string& name) {
        stop_if_interrupted();
        progress_.show(done_++);
        const pictures::Saved saved = pictures::save(picture, directory_, name);
        page_.picture(saved);
        all_drawn_ = all_drawn_ && saved.drawn;
    }

    /// What to do to see the pictures, where they were not drawn; else empty.
    std::string remedy() const {
        if (all_drawn_) return "";
        return "not drawn, for there is no gnuplot: install it (Debian: gnuplot-nox), then run gnuplot *.gp in " +
               directory_.string();
    }

private:
    pictures::Report& page_;
    std::filesystem::path directory_;
    Progress progress_;
    std::size_t done_ = 0;
    bool all_drawn_ = true;
};

/// The page that was written, and what to do if its pictures were not drawn.
struct WrittenReport {
    std::filesystem::path page;
    std::string remedy;
};

/// The folder of a page's pictures, `report_files` beside `report.html`, without the page and the pictures that an
/// earlier run left there.
inline std::filesystem::path emptied_folder(const std::filesystem::path& page) {
    const std::filesystem::path folder = page.parent_path() / "report_files";
    std::error_code ignored;  // what cannot be taken away cannot be written either, which says why
    std::filesystem::remove(page, ignored);
    for (const auto& file : std::filesystem::directory_iterator(folder, ignored))
        for (const char* ending : {".svg", ".png", ".gp", ".csv", ".safetensors"})
            if (file.is_regular_file(ignored) && file.path().extension() == ending)
                std::filesystem::remove(file.path(), ignored);
    return folder;
}

/// The places of a residual stream that is seen between layers: "embedding", "after 0", "after 1", ...
inline pictures::Axis stream_axis(suture::Index places) {
    pictures::Axis axis{"residual stream", {"embedding"}, false};
    for (suture::Index layer = 0; layer + 1 < places; ++layer) axis.names.push_back("after " + std::to_string(layer));
    return axis;
}

}  // namespace examples
