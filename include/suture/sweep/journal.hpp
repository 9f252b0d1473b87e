// Journals: the finished cells of a sweep in a file, so that nothing is lost when it is interrupted. A line a cell,
// written and flushed to the disk batch by batch; what was half written when the power failed is dropped. Needs POSIX.
// Law: what was added and returned is read again bit for bit; a NaN as a NaN.
#pragma once

#include "suture/core/strided_slice.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace suture {

/// The journal of one sweep. The first line names the format, the second says which sweep it is of; then follow lines
/// of `<cell> <value>`, and of `baseline <prompt> <value>`, values in hexadecimal (1.8p+1 is 3), all of their bits.
class SweepJournal {
public:
    /// Opens the file, or makes it. Several processes have a journal each.
    /// @throws FileError, with the path, if it cannot be opened, or is no journal
    explicit SweepJournal(std::filesystem::path path) : SweepJournal(std::move(path), reading{}) {
        file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        if (file_ < 0) refuse("cannot be opened" + reason() + ": check the path and the rights");
    }
    SweepJournal(const SweepJournal&) = delete;
    SweepJournal& operator=(const SweepJournal&) = delete;
    ~SweepJournal() {
        if (file_ >= 0) ::close(file_);
    }

    const std::filesystem::path& path() const { return path_; }
    /// The finished cells, by their indices.
    const std::map<Index, double>& cells() const { return cells_; }

    /// Takes up the cells of another process's journal of the same sweep, and leaves the file as it is.
    /// @throws FileError if there is none or it is no journal; if it is of another sweep, here or in `begin`; if it is
    ///         of another model, in `check_baseline`
    void take_up(const std::filesystem::path& other) {
        const SweepJournal theirs(other, reading{});
        if (theirs.size_ == 0) refuse(other, "is not there, or empty: check the path");
        if (!sweep_.empty()) check_same(other, theirs.sweep_, sweep_);
        cells_.insert(theirs.cells_.begin(), theirs.cells_.end());
        others_.push_back({other, theirs.sweep_, theirs.baselines_});
    }

    /// Says which sweep this is of: in one line, all that its numbers depend on.
    /// @throws FileError, with both, if the file is of another one; or if others wrote it since it was opened
    void begin(const std::string& sweep) {
        if (sweep.empty() || sweep.find('\n') != sweep.npos)
            throw ValueError("a journal names its sweep in one line, not '" + sweep + "': leave the line breaks out");
        check_same(path_, sweep_, sweep);
        for (const noted& other : others_) check_same(other.path, other.sweep, sweep);
        check_unchanged();
        cut();
        if (sweep_.empty()) append(header + sweep + "\n");
        sweep_ = sweep;
    }

    /// Notes the metric of unpatched runs, one a prompt, or compares it with what was noted: other weights have another
    /// one. @throws FileError if it differs by more than rounding
    void check_baseline(Index first_prompt, const at::Tensor& baseline) {
        std::map<Index, double> fresh;
        for (Index i = 0; i < baseline.size(0); ++i) {
            const Index prompt = first_prompt + i;
            const double now = baseline[i].item<double>();
            for (const noted& other : others_) check_same(other.path, other.baselines, prompt, now);
            check_same(path_, baselines_, prompt, now);
            if (!baselines_.contains(prompt)) fresh[prompt] = now;
        }
        append(lines_of("baseline ", fresh));
        baselines_.merge(fresh);
    }

    /// Adds cells, and returns when they are on the disk. @throws FileError if the disk refuses; nothing is added then
    void add(const std::map<Index, double>& finished) {
        append(lines_of("", finished));
        cells_.insert(finished.begin(), finished.end());
    }

private:
    static inline const std::string header = "suture sweep journal 1\n";

    struct reading {};
    SweepJournal(std::filesystem::path path, reading) : path_(std::move(path)) {
        if (const std::string text = read(); !text.empty()) take(text);
    }

    /// What was noted in the journal of another process.
    struct noted {
        std::filesystem::path path;
        std::string sweep;
        std::map<Index, double> baselines;
    };

    [[noreturn]] static void refuse(const std::filesystem::path& path, const std::string& why) {
        throw FileError(path.string() + ": the journal " + why);
    }
    [[noreturn]] void refuse(const std::string& why) const { refuse(path_, why); }
    [[noreturn]] void refuse_to_write() const {
        refuse("cannot be written" + reason() + ": check the space on the disk; all cells before are in it");
    }
    static std::string reason() { return std::string(" (") + std::strerror(errno) + ")"; }

    static void check_same(const std::filesystem::path& path, const std::string& there, const std::string& sweep) {
        if (!there.empty() && there != sweep)
            refuse(path, "is of another sweep: it has '" + there + "' but this one is '" + sweep +
                             "': name another journal, or remove this one");
    }
    static void check_same(const std::filesystem::path& path, const std::map<Index, double>& there, Index prompt,
                           double now) {
        const auto found = there.find(prompt);
        if (found == there.end()) return;
        const double before = found->second;
        const bool are_near = std::isfinite(before) && std::abs(now - before) <= 1e-3 * (1 + std::abs(before));
        const bool are_none = std::isnan(before) && std::isnan(now);
        if (before != now && !are_near && !are_none)
            refuse(path, "is of another model: prompt " + std::to_string(prompt) + " has the baseline " +
                             std::to_string(before) + " there and " + std::to_string(now) +
                             " now: name another journal, or remove this one");
    }
    void check_unchanged() const {
        struct stat status {};
        if (::fstat(file_, &status) != 0) refuse_to_write();
        if (static_cast<std::size_t>(status.st_size) != size_)
            refuse("was written by others since it was opened: open it again, and give each process one of its own");
    }

    static std::string lines_of(const char* prefix, const std::map<Index, double>& numbers) {
        std::string lines;
        char digits[48];
        for (const auto& [number, value] : numbers) {
            const auto end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::hex).ptr;
            lines += prefix + std::to_string(number) + " " + std::string(digits, end) + "\n";
        }
        return lines;
    }

    std::string read() const {
        std::error_code ignored;
        const std::filesystem::file_status status = std::filesystem::status(path_, ignored);
        if (!std::filesystem::exists(status)) return {};
        if (!std::filesystem::is_regular_file(status))
            refuse("is no regular file: name one, or one that is to be made");
        std::ifstream in(path_, std::ios::binary);
        if (!in) refuse("cannot be read: check the rights");
        return {std::istreambuf_iterator<char>(in), {}};
    }
    /// The whole lines of the text.
    void take(std::string_view text) {
        size_ = text.size();
        whole_ = text.rfind('\n') == text.npos ? 0 : text.rfind('\n') + 1;
        if (!text.starts_with(header) && !header.starts_with(text))
            refuse("is none: its first line is another: name another file");
        const std::size_t named = text.find('\n', header.size());
        if (whole_ <= header.size() || named == text.npos) {
            whole_ = 0;  // the power failed before the sweep was named
            return;
        }
        sweep_ = text.substr(header.size(), named - header.size());
        for (std::size_t at = named + 1; at < whole_;) {
            const std::size_t end = text.find('\n', at);
            take_line(text.substr(at, end - at));
            at = end + 1;
        }
    }
    void take_line(std::string_view line) {
        constexpr std::string_view prefix = "baseline ";
        const bool is_baseline = line.starts_with(prefix);
        const char* const begin = line.data() + (is_baseline ? prefix.size() : 0);
        const char* const end = line.data() + line.size();
        Index number = -1;
        double value = 0;
        const auto index = std::from_chars(begin, end, number);
        const bool is_cell = index.ec == std::errc() && number >= 0 && index.ptr != end && *index.ptr == ' ';
        const auto rest = is_cell ? std::from_chars(index.ptr + 1, end, value, std::chars_format::hex) : index;
        if (!is_cell || rest.ec != std::errc() || rest.ptr != end)
            refuse("has the line '" + std::string(line.substr(0, 60)) +
                   "' where a cell and its value should be: remove it");
        (is_baseline ? baselines_ : cells_)[number] = value;
    }

    /// Drops what is behind the last whole line.
    void cut() {
        if (::ftruncate(file_, static_cast<off_t>(whole_)) != 0) refuse_to_write();
        size_ = whole_;
    }
    void append(std::string_view lines) {
        try {
            write(lines);
        } catch (...) {
            if (::ftruncate(file_, static_cast<off_t>(whole_)) == 0) size_ = whole_;  // no line stays half written
            throw;
        }
        size_ = whole_ += lines.size();
    }
    void write(std::string_view lines) const {
        while (!lines.empty()) {
            const ssize_t written = ::write(file_, lines.data(), lines.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) refuse_to_write();
            lines.remove_prefix(static_cast<std::size_t>(written));
        }
        if (::fsync(file_) != 0 && errno != EINVAL) refuse_to_write();  // EINVAL: there is none on this file system
    }

    std::filesystem::path path_;
    int file_ = -1;
    std::string sweep_;
    std::size_t size_ = 0, whole_ = 0;  ///< bytes of the file, and of its whole lines
    std::map<Index, double> cells_, baselines_;
    std::vector<noted> others_;
};

}  // namespace suture
