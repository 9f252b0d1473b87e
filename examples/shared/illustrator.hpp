// A page with pictures, drawn one after another, and the folder beside it with their files and numbers.
#pragma once

#include "interrupt.hpp"
#include "page_files.hpp"
#include "progress.hpp"

#include <suture/core/component.hpp>
#include <suture/core/version.hpp>
#include <suture/pictures/axis.hpp>
#include <suture/pictures/report.hpp>
#include <suture/pictures/save.hpp>

#include <fmt/format.h>

#include <torch/version.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>

namespace examples {
namespace pictures = suture::pictures;

/// A page that was written, and how to draw its pictures if they were not drawn.
struct WrittenReport {
    std::filesystem::path page;
    std::string remedy;
};

/// Draws pictures into the folder of a page and adds them to the page. A terminal shows how many are left.
class Illustrator {
public:
    /// @param pictures how many there will be
    Illustrator(const std::filesystem::path& file, pictures::Report& page, std::size_t pictures)
        : file_(file), page_(page), files_(file), progress_("picture", pictures) {}

    /// The files beside the page, for data other than pictures.
    PageFiles& files() { return files_; }

    /// @throws Interrupted after Ctrl-C; and as suture::pictures::save
    template <pictures::Picture P>
    void draw(const P& picture, const std::string& name) {
        stop_if_interrupted();
        progress_.show(done_++);
        const pictures::Saved saved = pictures::save(picture, files_.folder(), name);
        for (const char* kind : {".svg", ".png", ".gp", ".csv", ".safetensors"}) files_.add(name + kind);
        page_.picture(saved);
        all_drawn_ = all_drawn_ && saved.drawn;
    }

    /// Writes the page, and deletes what an earlier run left.
    /// @param command the command that made the page, for its last line: "name_mover --seed 1"
    /// @throws suture::FileError if a file cannot be written
    WrittenReport finish(const std::string& command) {
        page_.section("How this page was made")
            .paragraph(fmt::format("Made by {} with suture {}.{}.{} and LibTorch {}.", command,
                                   suture::version.major_number, suture::version.minor_number,
                                   suture::version.patch_number, TORCH_VERSION));
        page_.save();
        files_.finish();
        return {file_, all_drawn_
                           ? ""
                           : "not drawn because gnuplot was not found: install it (Debian: gnuplot-nox), then run "
                             "gnuplot *.gp in " +
                                 files_.folder().string()};
    }

private:
    std::filesystem::path file_;
    pictures::Report& page_;
    PageFiles files_;
    Progress progress_;
    std::size_t done_ = 0;
    bool all_drawn_ = true;
};

/// The positions of a residual stream between layers: "embedding", "after layer 0", "after layer 1", ...
inline pictures::Axis stream_axis(suture::Index places) {
    pictures::Axis axis{"residual stream", {"embedding"}, false};
    for (suture::Index layer = 0; layer + 1 < places; ++layer)
        axis.names.push_back("after layer " + std::to_string(layer));
    return axis;
}

}  // namespace examples
