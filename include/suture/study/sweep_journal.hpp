// Journals: the finished cells of a sweep in a file, so that nothing is lost when it is interrupted. A line a cell, written
// and flushed to the disk batch by batch; what was half written when the power failed is dropped. Needs POSIX.
#pragma once

#include "suture/core/run.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
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

/// The journal of one sweep. The first line names the format, the second says which sweep it is of; then follow lines of
/// `<cell> <value>`, and of `baseline <prompt> <value>`, values in hexadecimal, all of their bits.
class SweepJournal {
public:
    /// Opens the file, or makes it. Several processes have a journal each.
    /// @throws FileError, with the path, if it cannot be opened, or is no journal
    explicit SweepJournal(std::filesystem::path path) : SweepJournal(std::move(path), reading{}) {
        file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        if (file_ < 0) refuse(std::string("cannot be opened: ") + std::strerror(errno));
    }
    SweepJournal(const SweepJournal&) = delete;
    SweepJournal& operator=(const SweepJournal&) = delete;
    ~SweepJournal() {
        if (file_ >= 0) ::close(file_);
    }

    const std::filesystem::path& path() const { return path_; }
    /// The finished cells, by their indices.
    const std::map<extent, double>& cells() const { return cells_; }

    /// Takes up the cells of another process's journal of the same sweep, and leaves the file as it is.
    /// @throws FileError if it is no journal; `begin` throws if it is of another sweep
    void take_up(const std::filesystem::path& other) {
        const SweepJournal theirs(other, reading{});
        cells_.insert(theirs.cells_.begin(), theirs.cells_.end());
        if (!theirs.sweep_.empty()) others_.emplace_back(other, theirs.sweep_);
    }

    /// Says which sweep this is of: in one line, all that its numbers depend on.
    /// @throws FileError, with both, if the file is of another one
    void begin(const std::string& sweep) {
        check_same(path_, sweep_, sweep);
        for (const auto& [path, theirs] : others_) check_same(path, theirs, sweep);
        // What is behind the last whole line goes.
        if (::ftruncate(file_, static_cast<off_t>(whole_)) != 0 || ::lseek(file_, 0, SEEK_END) < 0)
            refuse(std::string("cannot be written: ") + std::strerror(errno));
        if (std::exchange(sweep_, sweep).empty()) append(header + sweep + "\n");
    }

    /// Notes the metric of unpatched runs, one a prompt, or compares it with what was noted: other weights have another one.
    /// @throws FileError if it differs by more than rounding
    void check_baseline(extent first_prompt, const at::Tensor& baseline) {
        std::string lines;
        for (extent i = 0; i < baseline.size(0); ++i) {
            const double now = baseline[i].item<double>();
            const auto [noted, is_new] = baselines_.emplace(first_prompt + i, now);
            const double before = noted->second;
            if (is_new) lines += "baseline " + line_of(first_prompt + i, now);
            else if (std::abs(now - before) > 1e-3 * (1 + std::abs(before)))
                refuse("is of another model: prompt " + std::to_string(first_prompt + i) + " has the baseline " +
                       std::to_string(before) + " there and " + std::to_string(now) +
                       " now: name another journal, or remove this one");
        }
        append(lines);
    }

    /// Adds cells, and returns when they are on the disk. @throws FileError if the disk refuses
    void add(const std::map<extent, double>& finished) {
        std::string lines;
        for (const auto& [cell, value] : finished) lines += line_of(cell, value);
        append(lines);
        cells_.insert(finished.begin(), finished.end());
    }

private:
    static inline const std::string header = "suture sweep journal 1\n";

    struct reading {};
    SweepJournal(std::filesystem::path path, reading) : path_(std::move(path)) {
        if (const std::string text = read(); !text.empty()) take(text);
    }

    [[noreturn]] void refuse(const std::string& why) const { throw FileError(path_.string() + ": the journal " + why); }

    static void check_same(const std::filesystem::path& path, const std::string& there, const std::string& sweep) {
        if (!there.empty() && there != sweep)
            throw FileError(path.string() + ": the journal is of another sweep: it has '" + there + "' but this one is '" +
                            sweep + "': name another journal, or remove this one");
    }

    static std::string line_of(extent number, double value) {
        char digits[48];
        std::snprintf(digits, sizeof digits, "%lld %a\n", static_cast<long long>(number), value);
        return digits;
    }

    std::string read() const {
        std::error_code ignored;
        if (!std::filesystem::exists(path_, ignored)) return {};
        std::ifstream in(path_, std::ios::binary);
        if (!in) refuse("cannot be read: give a file that can be");
        return {std::istreambuf_iterator<char>(in), {}};
    }
    /// The whole lines of the text.
    void take(std::string_view text) {
        whole_ = text.rfind('\n') == text.npos ? 0 : text.rfind('\n') + 1;
        if (!text.starts_with(header) && !header.starts_with(text)) refuse("is none: its first line is another: name another file");
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
        const bool is_baseline = line.starts_with("baseline ");
        const std::string_view numbers = line.substr(is_baseline ? std::string_view("baseline ").size() : 0);
        extent number = -1;
        const auto [rest, wrong] = std::from_chars(numbers.data(), numbers.data() + numbers.size(), number);
        const std::string digits(rest, numbers.data() + numbers.size());
        char* end = nullptr;
        const double value = std::strtod(digits.c_str(), &end);
        if (wrong != std::errc() || number < 0 || !digits.starts_with(' ') || end == digits.c_str() || *end != '\0')
            refuse("has the line '" + std::string(line.substr(0, 60)) + "' where a cell and its value should be: remove it");
        (is_baseline ? baselines_ : cells_)[number] = value;
    }
    void append(std::string_view lines) {
        while (!lines.empty()) {
            const ssize_t written = ::write(file_, lines.data(), lines.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) refuse(std::string("cannot be written: ") + std::strerror(errno));
            lines.remove_prefix(static_cast<std::size_t>(written));
        }
        if (::fsync(file_) != 0 && errno != EINVAL) refuse(std::string("cannot be written: ") + std::strerror(errno));
    }

    std::filesystem::path path_;
    int file_ = -1;
    std::string sweep_;
    std::size_t whole_ = 0;  ///< bytes of whole lines
    std::map<extent, double> cells_, baselines_;
    std::vector<std::pair<std::filesystem::path, std::string>> others_;  ///< whose cells were taken up, and their sweeps
};

}  // namespace suture
