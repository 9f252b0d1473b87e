// Journals: the finished cells of a sweep in a file, so that an interruption loses nothing. One line per cell, written and
// flushed to the disk batch by batch; a line that was only half written when the power failed is dropped. Needs POSIX.
// Law: what was added is read again bit for bit; a NaN as a NaN.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/file/detail/append_file.hpp"
#include "suture/sweep/detail/journal_text.hpp"
#include "suture/tensor/torch.hpp"

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// The journal of one sweep. Several processes that share a sweep have one journal each.
class SweepJournal {
public:
    /// Opens the file, or creates it.
    /// @throws FileError, with the path, if it cannot be opened or is not a journal
    explicit SweepJournal(std::filesystem::path path) : path_(std::move(path)), text_(read(path_)) {
        named(path_, [&] { file_.emplace(path_); });
    }

    SUTURE_REJECTED_DEFAULT("a journal is a file: write SweepJournal journal(path)", SweepJournal);
    explicit SUTURE_REJECTED_FROM("a journal is a file: write SweepJournal journal(path)", SweepJournal, double);
    SweepJournal(const SweepJournal&) = delete;
    SweepJournal& operator=(const SweepJournal&) = delete;

    const std::filesystem::path& path() const { return path_; }
    /// The finished cells, by their indices.
    const std::map<Index, double>& cells() const { return text_.cells; }

    /// Takes over the cells of another process's journal of the same sweep. That file is only read.
    /// @throws FileError if it does not exist or is not a journal; if it belongs to another sweep, here or in `begin`; if
    ///         it belongs to another model, in `check_baseline`
    void take_up(const std::filesystem::path& other) {
        detail::JournalText theirs = read(other);
        named(other, [&] {
            if (theirs.size == 0) throw FileError("does not exist or is empty: check the path");
            if (!text_.sweep.empty()) check_same(theirs.sweep, text_.sweep);
        });
        text_.cells.insert(theirs.cells.begin(), theirs.cells.end());
        others_.push_back({other, std::move(theirs.sweep), std::move(theirs.baselines)});
    }

    /// Names the sweep: one line with everything that its numbers depend on.
    /// @throws FileError, with both names, if the file belongs to another sweep; or if others have written to it since it
    ///         was opened
    void begin(const std::string& sweep) {
        if (sweep.empty() || sweep.find('\n') != sweep.npos)
            throw ValueError("a journal names its sweep in one line, not '" + sweep + "': leave out the line breaks");
        named(path_, [&] { check_same(text_.sweep, sweep); });
        for (const Other& other : others_) named(other.path, [&] { check_same(other.sweep, sweep); });
        named(path_, [&] {
            if (file_->size() != text_.size)
                throw FileError(
                    "was written by others since it was opened: open it again, and give each process its own journal");
            file_->truncate(text_.whole);
            text_.size = text_.whole;
        });
        if (text_.sweep.empty()) append(std::string(detail::JournalText::header) + sweep + "\n");
        text_.sweep = sweep;
    }

    /// Records the metric of unpatched runs, one per prompt, or compares it with what is recorded: other weights give other
    /// numbers. @throws FileError if a number differs by more than rounding
    void check_baseline(Index first_prompt, const at::Tensor& baseline) {
        detail::Numbered fresh;
        for (Index i = 0; i < baseline.size(0); ++i) {
            const Index prompt = first_prompt + i;
            const double now = baseline[i].item<double>();
            for (const Other& other : others_)
                named(other.path, [&] { check_same_model(other.baselines, prompt, now); });
            named(path_, [&] { check_same_model(text_.baselines, prompt, now); });
            if (!text_.baselines.contains(prompt)) fresh[prompt] = now;
        }
        append(detail::JournalText::lines_of_baselines(fresh));
        text_.baselines.merge(fresh);
    }

    /// Adds cells, and returns when they are on the disk. @throws FileError if the disk refuses; nothing is added then
    void add(const std::map<Index, double>& finished) {
        append(detail::JournalText::lines_of_cells(finished));
        text_.cells.insert(finished.begin(), finished.end());
    }

private:
    /// The journal of another process whose cells were taken over.
    struct Other {
        std::filesystem::path path;
        std::string sweep;
        detail::Numbered baselines;
    };

    /// Runs the task; its errors begin with the path: "sweep.txt: the journal is ...".
    template <class Task>
    static std::invoke_result_t<const Task&> named(const std::filesystem::path& path, const Task& task) {
        try {
            return task();
        } catch (const FileError& error) {
            throw FileError(path.string() + ": the journal " + error.what());
        }
    }
    static detail::JournalText read(const std::filesystem::path& path) {
        return named(path, [&]() -> detail::JournalText {
            std::error_code ignored;
            const std::filesystem::file_status status = std::filesystem::status(path, ignored);
            if (!std::filesystem::exists(status)) return {};
            if (!std::filesystem::is_regular_file(status))
                throw FileError("is not a regular file: name a regular file or a new one");
            std::ifstream in(path, std::ios::binary);
            if (!in) throw FileError("cannot be read: check the permissions");
            return detail::JournalText::parse(std::string(std::istreambuf_iterator<char>(in), {}));
        });
    }
    static void check_same(const std::string& there, const std::string& sweep) {
        if (!there.empty() && there != sweep)
            throw FileError("belongs to another sweep, '" + there + "', and this one is '" + sweep +
                            "': choose another journal, or remove this one");
    }
    static void check_same_model(const detail::Numbered& there, Index prompt, double now) {
        const auto found = there.find(prompt);
        if (found == there.end()) return;
        const double before = found->second;
        const bool are_near = std::isfinite(before) && std::abs(now - before) <= 1e-3 * (1 + std::abs(before));
        const bool are_nan = std::isnan(before) && std::isnan(now);
        if (before != now && !are_near && !are_nan)
            throw FileError("belongs to another model: the baseline of prompt " + std::to_string(prompt) + " was " +
                            std::to_string(before) + " and is " + std::to_string(now) +
                            " now: choose another journal, or remove this one");
    }
    void append(const std::string& lines) {
        named(path_, [&] { file_->append(lines); });
        text_.size = text_.whole += lines.size();
    }

    std::filesystem::path path_;
    detail::JournalText text_;
    std::optional<detail::AppendFile> file_;
    std::vector<Other> others_;
};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
