// One sweep shared by several processes: each claims batches and has a journal; in the end each has all cells.
// Law: the result is that of a single process with the same batches, bit for bit.
#pragma once

#include "shared/interrupt.hpp"
#include "shared/progress.hpp"
#include "sweep/distributed/group.hpp"
#include "sweep/distributed/join.hpp"
#include "sweep/distributed/place.hpp"

#include <suture/sweep/options.hpp>
#include <suture/sweep/result.hpp>
#include <suture/tensor/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sweep_program {
using distributed::Group;
using suture::Index;

/// The processes that a launcher started; null if this process has nothing to do. Without c10d rank 0 works alone.
/// @throws as join_group
inline std::unique_ptr<Group> group_for(const distributed::Terms& terms) {
    if (distributed::has_c10d) return distributed::join_group(terms);
    const auto place = distributed::Place::from_environment();
    if (place.size > 1)
        std::cerr << fmt::format(
            "sweep: this program was built without c10d's Gloo (Debian: libgloo-dev): {}\n",
            place.rank == 0 ? "it runs alone" : fmt::format("rank {} leaves the work to rank 0", place.rank));
    return place.rank == 0 ? std::make_unique<Group>() : nullptr;
}

/// Shows the progress of the sweep on the terminal of rank 0. Where processes share the batches, it assumes that the
/// others' are as large as its own.
class SweepWatch {
public:
    explicit SweepWatch(Group& group) : group_(group) {}

    bool claim(std::size_t batch) {
        const bool mine = group_.claim(batch);
        passed_ += 1;
        mine_ += mine ? 1 : 0;
        return mine;
    }
    /// @throws examples::Interrupted after Ctrl-C
    void show(const suture::SweepProgress& progress) {
        examples::stop_if_interrupted();
        if (group_.rank() != 0) return;
        if (!line_ || all_ != progress.all) {
            first_ = progress.done, all_ = progress.all;
            line_.emplace("cell", static_cast<std::size_t>(all_ - first_));
        }
        const double here = static_cast<double>(progress.done - first_);
        const double everywhere = mine_ > 0 ? here * passed_ / mine_ : here;
        line_->show(static_cast<std::size_t>(std::min(everywhere, static_cast<double>(all_ - first_))),
                    group_.size() > 1 ? fmt::format(", {:.0f} of them here", here) : "");
    }

private:
    Group& group_;
    std::optional<examples::Progress> line_;
    Index first_ = 0, all_ = 0;     ///< cells done when the line began, and all cells
    double passed_ = 0, mine_ = 0;  ///< batches
};

namespace detail {
/// The journals of a directory that are not empty, in order.
inline std::vector<std::filesystem::path> journals_in(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> journals;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("journal-") && name.ends_with(".txt") && entry.is_regular_file() && entry.file_size() > 0)
            journals.push_back(entry.path());
    }
    std::sort(journals.begin(), journals.end());
    return journals;
}
/// The number of cells and a checksum, for processes to compare.
inline std::string tally(const std::map<Index, double>& cells) {
    Index sum = 0;
    for (const auto& [cell, value] : cells) sum += cell;
    return fmt::format("{} cells whose indices add up to {}", cells.size(), sum);
}
}  // namespace detail

/// Opens this process's journal. To resume, it reads the journals of the earlier processes, whatever their number.
/// Nothing is written yet.
/// @throws suture::FileError if there are journals but `resume` is false; suture::Error if the processes do not see the
///         same journals
inline std::shared_ptr<suture::SweepJournal> open_journal(Group& group, const std::filesystem::path& directory,
                                                          bool resume) {
    const std::vector<std::filesystem::path> there = detail::journals_in(directory);
    if (!resume && !there.empty())
        throw suture::FileError(there.front().string() +
                                " is the journal of an earlier sweep: continue it with --resume, "
                                "remove it, or give another directory to --out");
    group.agree("start", "yes");  // no process makes a journal before all have looked
    const std::filesystem::path own = directory / fmt::format("journal-{}.txt", group.rank());
    auto journal = std::make_shared<suture::SweepJournal>(own);
    for (const std::filesystem::path& other : there)
        if (other != own) journal->take_up(other);
    // No process extends a journal before all have read it.
    if (resume) group.agree("set of journals in " + directory.string(), detail::tally(journal->cells()));
    return journal;
}

/// A sweep shared by processes, as each of them has it in the end.
struct SharedSweep {
    suture::SweepResult result;
    Index known = 0;              ///< cells found in journals
    Index ran = 0, ran_here = 0;  ///< cells that were run, and those run by this process
    int processes = 1;
    double seconds = 0;
};

/// Adds the cells that the other processes ran.
/// @param known the cells that all had when they began
inline void gather(Group& group, SharedSweep& shared, const std::map<Index, double>& known) {
    const suture::SweepResult& own = shared.result;
    const at::Tensor mine = own.ran.logical_and(own.done);
    for (const auto& [cell, value] : known) mine.view({-1})[cell] = false;
    // Each cell was run in one process: the sum of the numbers' bits over all processes has the bits of its number.
    suture::SweepResult fresh = own;
    fresh.values = group.sum(own.values.view(at::kLong).mul(mine)).view(at::kDouble);
    fresh.ran = fresh.done = group.sum(mine.to(at::kLong)).ne(0);
    shared.ran = fresh.ran.sum().item<Index>();
    shared.ran_here = mine.sum().item<Index>();
    shared.result = suture::merge({own, fresh});
}

/// Runs a sweep together with the other processes of the group, which must give the same options.
/// @param run runs the sweep with the given options
/// @throws examples::Interrupted after Ctrl-C; and as `open_journal`, the group and `run`
inline SharedSweep sweep_together(Group& group, const std::filesystem::path& directory, bool resume,
                                  suture::SweepOptions options,
                                  const std::function<suture::SweepResult(const suture::SweepOptions&)>& run) {
    const auto began = std::chrono::steady_clock::now();
    options.journal = open_journal(group, directory, resume);
    const std::map<Index, double> known = options.journal->cells();
    SweepWatch watch(group);
    options.claim = [&](std::size_t batch) { return watch.claim(batch); };
    options.progress = [&](const suture::SweepProgress& progress) { watch.show(progress); };
    SharedSweep shared{run(options), static_cast<Index>(known.size())};
    gather(group, shared, known);
    shared.processes = group.size();
    shared.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return shared;
}

}  // namespace sweep_program
