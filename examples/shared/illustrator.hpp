// A page with pictures, drawn one after another, and the folder beside it with their files and numbers.
#pragma once

#include "interrupt.hpp"
#include "new_files.hpp"
#include "progress.hpp"
#include "provenance.hpp"

#include <suture/core/component.hpp>
#include <suture/pictures/axis.hpp>
#include <suture/pictures/report.hpp>
#include <suture/pictures/save.hpp>

#include <cstddef>
#include <filesystem>
#include <string>

namespace examples {
namespace pictures = suture::pictures;

/// A page that was written, and how to draw its pictures if they were not drawn.
struct WrittenReport {
    std::filesystem::path page;
    std::string remedy;
};

/// Draws a picture for a directory, with its numbers, into one of its folders ("" for the directory itself).
template <pictures::Picture P>
pictures::Saved save_picture(const P& picture, NewFiles& files, const std::string& folder, const std::string& name) {
    std::filesystem::path file;
    for (const char* kind : {".svg", ".png", ".gp", ".csv", ".safetensors"}) file = files.add(folder + name + kind);
    return pictures::save(picture, file.parent_path(), name);
}

/// The name of the page, and of the folder beside it with its files, in the directory of a report.
inline constexpr const char* page_name = "report.html";
inline constexpr const char* folder_name = "report_files/";

/// A page, and pictures drawn one after another into the folder beside it. A terminal shows how many are left. Nothing
/// in the directory of the report changes before `finish`.
class Illustrator {
public:
    /// @param pictures how many there will be
    Illustrator(const std::filesystem::path& directory, const std::string& program, const std::string& title,
                const std::string& subtitle, std::size_t pictures)
        : files_(directory, program), page_(files_.add(page_name), title, subtitle), progress_("picture", pictures) {}

    pictures::Report& page() { return page_; }

    /// Where a file beside the page is to be made, for data other than pictures.
    std::filesystem::path add(const std::string& name) { return files_.add(folder_name + name); }

    /// @throws Interrupted after Ctrl-C; and as suture::pictures::save
    template <pictures::Picture P>
    void draw(const P& picture, const std::string& name) {
        stop_if_interrupted();
        progress_.show(done_++);
        const pictures::Saved saved = save_picture(picture, files_, folder_name, name);
        page_.picture(saved);
        all_drawn_ = all_drawn_ && saved.drawn;
    }

    /// Writes the page, and puts all files into the directory.
    /// @throws suture::FileError if a file cannot be written, and Interrupted after Ctrl-C: nothing was changed then
    WrittenReport finish(const Provenance& provenance) {
        page_.section("How this page was made")
            .table(table_of(provenance))
            .paragraph(
                "Below each picture are its files: the picture as SVG and PNG, its numbers as CSV and safetensors, and "
                "the gnuplot script (.gp) that draws it again.");
        // How to draw a picture that was not drawn names the folder where its script will be.
        std::string text = page_.text();
        pictures::detail::replace_all(text, pictures::detail::html(files_.drafts().string()),
                                      pictures::detail::html(files_.directory().string()));
        suture::save_text(files_.add(page_name), text);
        files_.publish();
        return {files_.place_of(page_name),
                all_drawn_ ? ""
                           : "not drawn because gnuplot was not found: install it (Debian: gnuplot-nox), then run "
                             "gnuplot *.gp in " +
                                 files_.place_of(folder_name).parent_path().string()};
    }

private:
    NewFiles files_;
    pictures::Report page_;
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
