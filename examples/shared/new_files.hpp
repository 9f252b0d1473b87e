// The files of a program's results, made elsewhere and put into a directory together at the end. Needs POSIX.
// Law: until publish(), the directory is what it was. Afterwards it has the new files. Files that the program did not
// write, or that were changed since, are never replaced or deleted.
#pragma once

#include "interrupt.hpp"

#include <suture/file/new_file.hpp>
#include <suture/tensor/error.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace examples {

namespace detail {
namespace fs = std::filesystem;

[[noreturn]] inline void refuse_to_write(const fs::path& path, int reason) {
    throw suture::FileError(path.string() + ": cannot be written" + suture::detail::system_reason(reason) +
                            " (nothing was changed): check the path, the permissions and the free space");
}
inline void check_written(const fs::path& path, const std::error_code& refused) {
    if (refused) refuse_to_write(path, refused.value());
}

/// Where temporary files go.
inline fs::path temporary_files() {
    std::error_code refused;
    const fs::path directory = fs::temp_directory_path(refused);
    if (refused)
        throw suture::FileError("temporary files cannot be made" + suture::detail::system_reason(refused.value()) +
                                ": let TMPDIR name a directory that can be written");
    return directory;
}

/// A directory that is deleted, with its contents, at the end.
class TemporaryDirectory {
public:
    TemporaryDirectory(const fs::path& parent, const std::string& prefix) {
        std::string pattern = (parent / (prefix + "XXXXXX")).string();
        if (!::mkdtemp(pattern.data())) refuse_to_write(parent, errno);
        path_ = pattern;
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    const fs::path& path() const { return path_; }
    fs::path operator/(const std::string& name) const { return path_ / name; }

private:
    fs::path path_;
};

/// Directories that are made now, and deleted again if they are still empty at the end.
class NewDirectories {
public:
    NewDirectories() = default;
    NewDirectories(const NewDirectories&) = delete;
    NewDirectories& operator=(const NewDirectories&) = delete;
    ~NewDirectories() {
        std::error_code ignored;
        for (auto path = made_.rbegin(); path != made_.rend(); ++path) fs::remove(*path, ignored);
    }
    void make(const fs::path& directory) {
        std::error_code refused;
        if (directory.empty() || fs::is_directory(directory, refused)) return;
        make(directory.parent_path());
        const bool made = fs::create_directory(directory, refused);
        check_written(directory, refused);
        if (made) made_.push_back(directory);
    }

private:
    std::vector<fs::path> made_;
};

/// The only process that puts files into this directory, as long as the object exists. Other runs wait.
class DirectoryLock {
public:
    explicit DirectoryLock(const fs::path& directory)
        : descriptor_(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        if (descriptor_ >= 0) (void)::flock(descriptor_, LOCK_EX);  // some file systems have no locks
    }
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;
    ~DirectoryLock() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

private:
    int descriptor_;
};

/// A number that tells the contents of a file from others (FNV-1a); empty if it is not a file that can be read.
inline std::string digest_of(const fs::path& path) {
    std::error_code ignored;
    std::ifstream file(path, std::ios::binary);
    if (!fs::is_regular_file(fs::symlink_status(path, ignored)) || !file) return "";
    std::uint64_t digest = 14695981039346656037u;
    for (std::istreambuf_iterator<char> at(file), end; at != end; ++at)
        digest = (digest ^ static_cast<unsigned char>(*at)) * 1099511628211u;
    return fmt::format("{:016x}", digest);
}
}  // namespace detail

/// New files for a directory. A list in it, `.PROGRAM-files`, has the files that the program wrote, so that the next run
/// knows which it may replace, and deletes those that it does not write again.
///
///     NewFiles files("out", "experiments");
///     suture::save_text(files.add("report.html"), text);
///     files.publish();
///
class NewFiles {
public:
    /// @throws suture::FileError if no temporary directory can be made
    NewFiles(std::filesystem::path directory, std::string program)
        : directory_(std::filesystem::absolute(std::move(directory))),
          program_(std::move(program)),
          drafts_(detail::temporary_files(), program_ + "-") {}

    /// Where the file is to be made. @param name relative to the directory: "report_files/norms.csv"
    std::filesystem::path add(const std::string& name) {
        names_.insert(name);
        std::error_code ignored;  // who writes the file reports it
        std::filesystem::create_directories((drafts_ / name).parent_path(), ignored);
        return drafts_ / name;
    }
    /// Where the files are made, and where they will be.
    const std::filesystem::path& drafts() const { return drafts_.path(); }
    const std::filesystem::path& directory() const { return directory_; }
    /// Where the file will be.
    std::filesystem::path place_of(const std::string& name) const { return directory_ / name; }

    /// Checks early whether the files added so far could be put into the directory.
    /// @throws suture::FileError if a file of somebody else has one of the names
    void check() {
        read_list();
        check_places();
    }

    /// Puts all files into the directory, in which those of an earlier run are replaced or deleted. A file that was added
    /// but not made belongs to the program too, if somebody makes it there later.
    /// @throws suture::FileError if a file of somebody else has a name that is needed, or the system refuses, and
    ///         Interrupted after Ctrl-C; the directory is then what it was
    void publish() {
        detail::NewDirectories made;
        made.make(directory_);
        for (const std::string& name : names_) made.make(place_of(name).parent_path());
        const detail::DirectoryLock lock(directory_);
        delete_abandoned();
        read_list();
        check_places();

        const detail::TemporaryDirectory beside(directory_, draft_prefix());
        const std::vector<Placement> placements = copy_drafts(beside);
        stop_if_interrupted();
        std::set<Line> all = listed_, now;
        for (const Placement& p : placements) now.insert({p.digest, p.name});
        for (const std::string& name : names_)
            if (!std::filesystem::exists(drafts_ / name)) now.insert({any_content, name});
        all.insert(now.begin(), now.end());
        write_list(all);  // of both, so that a run that is killed now leaves no file that nobody knows
        replace(placements);
        delete_earlier();
        write_list(now);
    }

private:
    /// A line of the list: what the file contained, and its name.
    using Line = std::pair<std::string, std::string>;
    static constexpr const char* any_content = "----------------";
    struct Placement {
        std::string name, digest;
        std::filesystem::path made, old, place;
    };

    std::filesystem::path list() const { return directory_ / ("." + program_ + "-files"); }
    std::string draft_prefix() const { return "." + program_ + "-new-"; }

    /// Whether it is a directory of publish(), to judge by its name and by what is in it: somebody's notes are not.
    bool is_of_publish(const std::filesystem::directory_entry& entry) const {
        constexpr std::size_t random = 6;  // what mkdtemp adds
        const std::string name = entry.path().filename().string();
        std::error_code ignored;
        if (!name.starts_with(draft_prefix()) || name.size() != draft_prefix().size() + random ||
            !std::filesystem::is_directory(entry.symlink_status(ignored)))
            return false;
        for (const auto& inside : std::filesystem::directory_iterator(entry.path(), ignored)) {
            const std::filesystem::path file = inside.path().filename();
            const bool is_numbered = file.stem().string().find_first_not_of("0123456789") == std::string::npos;
            if (!is_numbered || (file.extension() != ".new" && file.extension() != ".old")) return false;
        }
        return true;
    }
    /// Deletes what runs that were killed left while they copied their files.
    void delete_abandoned() const {
        std::error_code ignored;
        std::vector<std::filesystem::path> abandoned;
        for (const auto& entry : std::filesystem::directory_iterator(directory_, ignored))
            if (is_of_publish(entry)) abandoned.push_back(entry.path());
        for (const std::filesystem::path& path : abandoned) std::filesystem::remove_all(path, ignored);
    }
    void read_list() {
        listed_.clear();
        std::ifstream lines(list());
        constexpr std::size_t digits = 16;
        for (std::string line; std::getline(lines, line);)
            if (line.size() > digits + 1) listed_.insert({line.substr(0, digits), line.substr(digits + 1)});
    }
    void write_list(const std::set<Line>& lines) const {
        std::string text;
        for (const auto& [digest, name] : lines) text += digest + " " + name + "\n";
        suture::save_text(list(), text);
    }
    /// Whether an earlier run wrote the file that stands in this place, and nobody changed it.
    bool is_ours(const std::string& name) const {
        const std::string digest = detail::digest_of(place_of(name));
        return !digest.empty() && (listed_.contains({digest, name}) || listed_.contains({any_content, name}));
    }
    void check_places() const {
        std::error_code ignored;
        for (const std::string& name : names_) {
            const std::filesystem::path place = place_of(name);
            if (!std::filesystem::exists(std::filesystem::symlink_status(place, ignored)) || is_ours(name)) continue;
            if (detail::digest_of(place) == detail::digest_of(drafts_ / name) && !detail::digest_of(place).empty())
                continue;
            const bool changed =
                std::any_of(listed_.begin(), listed_.end(), [&](const Line& line) { return line.second == name; });
            throw suture::FileError(place.string() +
                                    (changed ? " was changed since an earlier run wrote it"
                                             : " is not a file of an earlier run of " + program_) +
                                    " (nothing was changed): move it away, or give another directory");
        }
    }
    /// Copies the files into the directory's file system, those in folders first.
    std::vector<Placement> copy_drafts(const detail::TemporaryDirectory& beside) const {
        std::vector<Placement> placements;
        for (const std::string& name : names_) {
            if (!std::filesystem::exists(drafts_ / name)) continue;
            const std::string number = std::to_string(placements.size());
            placements.push_back({name, detail::digest_of(drafts_ / name), beside / (number + ".new"),
                                  beside / (number + ".old"), place_of(name)});
            std::error_code refused;
            std::filesystem::copy_file(drafts_ / name, placements.back().made, refused);
            detail::check_written(placements.back().place, refused);
        }
        std::stable_partition(placements.begin(), placements.end(),
                              [](const Placement& p) { return p.name.find('/') != p.name.npos; });
        return placements;
    }
    /// Gives the new files their names; all or, if the system refuses one, none.
    static void replace(const std::vector<Placement>& placements) {
        for (std::size_t i = 0; i < placements.size(); ++i) {
            const Placement& p = placements[i];
            std::error_code refused = keep_old(p);
            if (!refused) std::filesystem::rename(p.made, p.place, refused);
            if (!refused) continue;
            for (std::size_t done = 0; done < i; ++done) put_back(placements[done]);
            detail::refuse_to_write(p.place, refused.value());
        }
    }
    /// Keeps the old file, if there is one: by a link, or by a copy on file systems without links.
    static std::error_code keep_old(const Placement& p) {
        std::error_code refused;
        if (!std::filesystem::exists(std::filesystem::symlink_status(p.place, refused))) return {};
        std::filesystem::create_hard_link(p.place, p.old, refused);
        if (refused) std::filesystem::copy_file(p.place, p.old, refused);
        return refused;
    }
    static void put_back(const Placement& p) {
        std::error_code ignored;
        if (std::filesystem::exists(p.old))
            std::filesystem::rename(p.old, p.place, ignored);
        else
            std::filesystem::remove(p.place, ignored);
    }
    void delete_earlier() const {
        std::error_code ignored;
        for (const auto& [digest, name] : listed_)
            if (!names_.contains(name) && is_inside(name) && is_ours(name))
                std::filesystem::remove(place_of(name), ignored);
    }
    /// Whether the name, which somebody may have edited, is that of a file in the directory or in one of its folders.
    static bool is_inside(const std::filesystem::path& name) {
        return name.is_relative() &&
               std::none_of(name.begin(), name.end(), [](const auto& part) { return part == ".."; });
    }

    std::filesystem::path directory_;
    std::string program_;
    detail::TemporaryDirectory drafts_;
    std::set<std::string> names_;
    std::set<Line> listed_;
};

/// Checks before the work whether a program may write files with these names.
/// @throws suture::FileError if a file of somebody else has one of them
inline void check_replaceable(const std::filesystem::path& directory, const std::string& program,
                              const std::vector<std::string>& names) {
    NewFiles files(directory, program);
    for (const std::string& name : names) (void)files.add(name);
    files.check();
}

}  // namespace examples
