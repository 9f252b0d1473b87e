// A picture's files: NAME.svg and NAME.png, the gnuplot script NAME.gp that draws them again, and what they show as
// numbers, NAME.csv and NAME.safetensors. They appear when all are complete. Needs POSIX.
#pragma once

#include "suture/pictures/csv.hpp"
#include "suture/pictures/detail/canvas.hpp"
#include "suture/pictures/detail/gnuplot.hpp"

#include <suture/file/safetensors.hpp>
#include <suture/tensor/error.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <concepts>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace suture::pictures {

/// What a picture comes to: `drawing_of(picture)` gives it, for every kind of picture.
struct Drawing {
    std::string title, caption;
    detail::Canvas canvas;
    Table table;                                ///< one observation a row
    std::map<std::string, at::Tensor> tensors;  ///< as they came
    std::map<std::string, std::string> facts;   ///< what the tensors are, for their file
};

/// Something that can be drawn and written as numbers.
template <class P>
concept Picture = requires(const P& picture) {
    { drawing_of(picture) } -> std::same_as<Drawing>;
};

/// Where a picture's files are. The SVG and the PNG are there only if it was drawn.
struct Saved {
    std::string title, caption;
    std::filesystem::path svg, png, script, csv, safetensors;
    bool drawn = false;

    /// What to do to see the picture, where it was not drawn.
    std::string remedy() const {
        if (drawn) return "";
        return fmt::format(
            "not drawn, for there is no gnuplot: install it (Debian: gnuplot-nox), then run gnuplot {} in {}",
            script.filename().string(), script.has_parent_path() ? script.parent_path().string() : ".");
    }
};

namespace detail {
/// A directory beside the files that are to be, in which they are made. Dropped, it goes with all that is left in it.
class Draft {
public:
    /// @throws suture::FileError if there is no directory and none can be made, or nothing can be written there
    explicit Draft(std::filesystem::path directory) : directory_(std::move(directory)) {
        std::error_code refused;
        if (!directory_.empty()) std::filesystem::create_directories(directory_, refused);
        std::string pattern = (directory_ / ".picture-XXXXXX").string();
        if (refused || !::mkdtemp(pattern.data())) fail(refused ? refused.value() : errno);
        path_ = pattern;
    }
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;
    ~Draft() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    const std::filesystem::path& path() const { return path_; }

    bool has(const std::string& file) const {
        std::error_code missing;
        return std::filesystem::file_size(path_ / file, missing) > 0 && !missing;
    }
    /// Puts the file in its place; without it, takes away what stands there from another time.
    void publish(const std::string& file) const {
        std::error_code refused;
        if (has(file))
            std::filesystem::rename(path_ / file, directory_ / file, refused);
        else
            std::filesystem::remove(directory_ / file, refused);
        if (refused) fail(refused.value());
    }

private:
    [[noreturn]] void fail(int reason) const {
        throw suture::FileError(directory_.string() + ": pictures cannot be written here" +
                                suture::detail::system_reason(reason) + ": check the path, the rights and the space");
    }

    std::filesystem::path directory_, path_;
};

/// @throws suture::ValueError unless the name can stand in a script, a link and any file system as it is
inline void check_file_name(const std::string& name) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    if (name.empty() || name[0] == '.' || name[0] == '-' || name.find_first_not_of(allowed) != name.npos)
        throw suture::ValueError(suture::detail::in_quotes(name) +
                                 " cannot name a picture's files: use letters, digits, '_', '-' and '.'");
}

inline Saved save_drawing(const Drawing& drawing, const std::filesystem::path& directory, const std::string& name,
                          const Gnuplot& gnuplot) {
    check_file_name(name);
    const Draft draft(directory);
    save_text(draft.path() / (name + ".gp"), drawing.canvas.script(name));
    save_csv(draft.path() / (name + ".csv"), drawing.table);
    std::map<std::string, std::string> facts = drawing.facts;
    facts.insert({{"title", drawing.title}, {"caption", drawing.caption}});
    for (auto& [key, text] : facts) text = suture::detail::replaced_utf8(text);
    suture::save_safetensors(draft.path() / (name + ".safetensors"), drawing.tensors, facts);
    const bool drawn = run_gnuplot(gnuplot, draft.path(), name + ".gp");
    if (drawn && !(draft.has(name + ".svg") && draft.has(name + ".png")))
        throw suture::FileError(gnuplot.program + " drew nothing from " + name + ".gp (nothing was written): " +
                                suture::detail::replaced_utf8(contents_of(draft.path() / "complaints")));
    for (const char* kind : {".csv", ".safetensors", ".gp", ".svg", ".png"}) draft.publish(name + kind);

    const auto file = [&](const char* kind) { return directory / (name + kind); };
    return {drawing.title, drawing.caption, file(".svg"),         file(".png"),
            file(".gp"),   file(".csv"),    file(".safetensors"), drawn};
}

/// Names as one text: '["The","Mary"]'.
inline std::string json_list(const std::vector<std::string>& names) {
    return nlohmann::json(names).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}
}  // namespace detail

/// Draws the picture and writes its files into the directory, which is made if there is none: all of them, or none.
/// Without gnuplot the numbers and the script are written, and what was drawn there before is taken away.
///
///     const pictures::Saved saved = pictures::save(map, "out", "attention");
///     if (!saved.drawn) std::cout << saved.remedy() << "\n";
///
/// @throws suture::ShapeError, TypeError or ValueError if the picture's parts do not fit each other;
///         suture::ValueError if the name is no plain file name; suture::FileError if the disk refuses or gnuplot fails
template <Picture P>
Saved save(const P& picture, const std::filesystem::path& directory, const std::string& name,
           const Gnuplot& gnuplot = {}) {
    return detail::save_drawing(drawing_of(picture), directory, name, gnuplot);
}

}  // namespace suture::pictures
