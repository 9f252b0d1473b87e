// The files of a picture: NAME.svg and NAME.png, the gnuplot script NAME.gp that draws them again, and their numbers,
// NAME.csv and NAME.safetensors. They appear only once all are complete. Needs POSIX.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/file/new_file.hpp"
#include "suture/pictures/csv.hpp"
#include "suture/pictures/detail/canvas.hpp"
#include "suture/pictures/detail/gnuplot.hpp"
#include "suture/pictures/detail/text_file.hpp"
#include "suture/pictures/table.hpp"

#include <suture/file/safetensors.hpp>
#include <suture/tensor/error.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <concepts>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture::pictures {

/// The program that draws: a path, or a name that is looked up on the PATH.
struct Gnuplot {
    std::string program = "gnuplot";
};

/// A picture ready to be saved. `drawing_of(picture)` returns it for every kind of picture.
struct Drawing {
    std::string title, caption;
    detail::Canvas canvas;
    Table table;                                ///< one row per observation
    std::map<std::string, at::Tensor> tensors;  ///< as they were given
    std::map<std::string, std::string> facts;   ///< descriptions of the tensors, for their file
};

/// A kind of picture: it can be drawn, and written as numbers.
template <class P>
concept Picture = requires(const P& picture) {
    { drawing_of(picture) } -> std::same_as<Drawing>;
};

/// The files of a picture. The SVG and the PNG exist only if it was drawn.
struct Saved {
    std::string title, caption;
    std::filesystem::path svg, png, script, csv, safetensors;
    bool drawn = false;

    /// How to draw the picture if it was not drawn; else empty.
    std::string remedy() const {
        if (drawn) return "";
        return fmt::format(
            "not drawn because gnuplot was not found: install it (Debian: gnuplot-nox), then run gnuplot {} in {}",
            script.filename().string(), script.has_parent_path() ? script.parent_path().string() : ".");
    }
};

namespace detail {
/// A temporary directory beside the final files, in which they are made. Its destructor deletes it and all that is left
/// in it.
class Draft {
public:
    /// @throws suture::FileError if the directory does not exist and cannot be made, or cannot be written to
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
    /// Whether the file was written to its end, which looks like this, apart from line breaks.
    bool has_whole(const std::string& file, std::string_view end) const {
        const std::string bytes = contents_of(path_ / file);
        const std::size_t last = bytes.find_last_not_of("\r\n");
        return std::string_view(bytes).substr(0, last == bytes.npos ? 0 : last + 1).ends_with(end);
    }
    /// @throws suture::FileError if a directory stands where the file is to go
    void check_place_of(const std::string& file) const {
        std::error_code ignored;
        if (std::filesystem::is_directory(std::filesystem::symlink_status(directory_ / file, ignored)))
            throw suture::FileError((directory_ / file).string() +
                                    ": is a directory (nothing was written): remove it, or give the picture another "
                                    "name");
    }
    /// Moves the file to its final place. If it was not made, deletes the older file there.
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

/// @throws suture::ValueError unless the name can be used unchanged in a script, in a link and on any file system
inline void check_file_name(const std::string& name) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    if (name.empty() || name[0] == '.' || name[0] == '-' || name.find_first_not_of(allowed) != name.npos)
        throw suture::ValueError(suture::detail::in_quotes(name) +
                                 " cannot name a picture's files: use letters, digits, '_', '-' and '.'");
}

/// gnuplot does not say that the disk was full: it leaves half a file, and ends as if all were well.
/// @throws suture::FileError unless both files are complete
inline void check_drawn(const Draft& draft, const std::string& name, const std::string& program) {
    if (!draft.has(name + ".svg") || !draft.has(name + ".png"))
        throw suture::FileError(program + " drew nothing from " + name + ".gp (nothing was written): " +
                                suture::replaced_utf8(contents_of(draft.path() / "complaints")));
    constexpr std::string_view end_of_png("\0\0\0\0IEND\xAE\x42\x60\x82", 12);
    if (!draft.has_whole(name + ".svg", "</svg>") || !draft.has_whole(name + ".png", end_of_png))
        throw suture::FileError(program + " drew only a part of " + name +
                                ".gp (nothing was written): check the space on the disk");
}

inline Saved save_drawing(const Drawing& drawing, const std::filesystem::path& directory, const std::string& name,
                          const Gnuplot& gnuplot) {
    check_file_name(name);
    constexpr const char* kinds[] = {".csv", ".safetensors", ".gp", ".svg", ".png"};
    const Draft draft(directory);
    for (const char* kind : kinds) draft.check_place_of(name + kind);
    suture::save_text(draft.path() / (name + ".gp"), drawing.canvas.script(name));
    save_csv(draft.path() / (name + ".csv"), drawing.table);
    std::map<std::string, std::string> facts = drawing.facts;
    facts.insert({{"title", drawing.title}, {"caption", drawing.caption}});
    for (auto& [key, text] : facts) text = suture::replaced_utf8(text);
    suture::save_safetensors(draft.path() / (name + ".safetensors"), drawing.tensors, facts);
    const bool drawn = run_gnuplot(gnuplot.program, draft.path(), name + ".gp");
    if (drawn) check_drawn(draft, name, gnuplot.program);
    for (const char* kind : kinds) draft.publish(name + kind);

    const auto file = [&](const char* kind) { return directory / (name + kind); };
    return {drawing.title, drawing.caption, file(".svg"),         file(".png"),
            file(".gp"),   file(".csv"),    file(".safetensors"), drawn};
}

/// The names as a JSON list: '["The","Mary"]'.
inline std::string json_list(const std::vector<std::string>& names) {
    return nlohmann::json(names).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}
}  // namespace detail

/// Draws the picture and writes its files into the directory, which is made if needed: all of them, or none. Without
/// gnuplot only the numbers and the script are written, and an older drawing of that name is deleted.
///
///     const pictures::Saved saved = pictures::save(map, "out", "attention");
///     if (!saved.drawn) std::cout << saved.remedy() << "\n";
///
/// @throws suture::ShapeError, TypeError or ValueError if the parts of the picture do not fit together;
///         suture::ValueError if the name is not a plain file name; suture::FileError if a file cannot be written or
///         gnuplot fails
template <Picture P>
Saved save(const P& picture, const std::filesystem::path& directory, const std::string& name,
           const Gnuplot& gnuplot = {}) {
    return detail::save_drawing(drawing_of(picture), directory, name, gnuplot);
}

template <Picture P>
SUTURE_REJECTED("a picture is not text: write pictures::save(map, directory, name)", operator<<(std::ostream&,
                                                                                                const P&));
template <class...>
SUTURE_REJECTED("a picture goes to a directory, by name: write save(map, directory, name)", show(...));
template <class...>
SUTURE_REJECTED("a picture goes to a directory, by name: write save(map, directory, name)", save(...));

template <class...>
SUTURE_REJECTED("this is not a picture: write drawing_of(HeatMap{.values = tensor})", drawing_of(...));

}  // namespace suture::pictures

#include "suture/core/end_refuse.hpp"
