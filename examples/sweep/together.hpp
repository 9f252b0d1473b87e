// One sweep in several processes: each has a journal of its own and claims batches; in the end each has all cells.
// Law: the result is that of one process with the same batches, bit for bit.
#pragma once

#include "shared/interrupt.hpp"
#include "shared/progress.hpp"
#include "sweep/distributed/group.hpp"
#include "sweep/distributed/join.hpp"
#include "sweep/distributed/place.hpp"

#include <suture/sweep/detail/ledger.hpp>
#include <suture/sweep/result.hpp>
#include <suture/tensor/error.hpp>

#include <ATen/ops/where.h>
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

namespace examples {
using suture::Index;

/// The processes that a launcher started, or nothing where this one has nothing to do: without c10d rank 0 works alone.
/// @throws what join_group throws
inline std::unique_ptr<Group> group_for(const Terms& terms) {
    if (has_c10d) return join_group(terms);
    const Place place = Place::from_environment();
    if (place.size > 1)
        std::cerr << fmt::format(
            "sweep: this program was built without c10d's Gloo (Debian: libgloo-dev): {}\n",
            place.rank == 0 ? "it runs alone" : fmt::format("rank {} leaves the work to rank 0", place.rank));
    return place.rank == 0 ? std::make_unique<Group>() : nullptr;
}

/// How far the sweep is, as the terminal of rank 0 shows it. Where processes share the batches, it takes those of the
/// others for as large as its own.
class SweepWatch {
public:
    explicit SweepWatch(Group& group) : group_(group) {}

    bool claim(std::size_t batch) {
        const bool mine = group_.claim(batch);
        passed_ += 1;
        mine_ += mine ? 1 : 0;
        return mine;
    }
    /// @throws Interrupted where Ctrl-C was pressed
    void show(const suture::SweepProgress& progress) {
        stop_if_interrupted();
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
    std::optional<Progress> line_;
    Index first_ = 0, all_ = 0;     ///< cells that were there when the line began, and those that there are
    double passed_ = 0, mine_ = 0;  ///< batches
};

namespace detail {
/// The journals of a directory that say something, in order.
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
/// How many cells, and which, for processes to compare.
inline std::string tally(const std::map<Index, double>& cells) {
    Index sum = 0;
    for (const auto& [cell, value] : cells) sum += cell;
    return fmt::format("{} cells whose numbers add up to {}", cells.size(), sum);
}
}  // namespace detail

/// Opens this process's journal. To resume, it takes up what the processes before have left, however many they were.
/// Nothing is written yet.
/// @throws suture::FileError if there are journals and they are not to be taken up; suture::Error if the processes do not
///         see the same ones
inline std::shared_ptr<suture::SweepJournal> open_journal(Group& group, const std::filesystem::path& directory,
                                                          bool resume) {
    const std::vector<std::filesystem::path> there = detail::journals_in(directory);
    if (!resume && !there.empty())
        throw suture::FileError(there.front().string() +
                                ": here is the journal of a sweep: go on with it by --resume, remove "
                                "it, or give another directory to --out");
    group.agree("mind to begin", "yes");  // nobody makes a journal before all have looked
    const std::filesystem::path own = directory / fmt::format("journal-{}.txt", group.rank());
    auto journal = std::make_shared<suture::SweepJournal>(own);
    for (const std::filesystem::path& other : there)
        if (other != own) journal->take_up(other);
    // Nobody extends one before all have read.
    if (resume)
        group.agree("set of journals in " + directory.string() + ", which all must see",
                    detail::tally(journal->cells()));
    return journal;
}

/// A sweep that processes shared, as each of them has it in the end.
struct SharedSweep {
    suture::SweepResult result;
    Index known = 0;              ///< cells that journals had
    Index ran = 0, ran_here = 0;  ///< cells that were run, and those of them that this process ran
    int processes = 1;
    double seconds = 0;
};

/// Adds the cells that the other processes ran.
/// @param known the cells that all had when they began
inline void gather(Group& group, SharedSweep& shared, const std::map<Index, double>& known) {
    suture::SweepResult& result = shared.result;
    const at::Tensor mine = result.ran.logical_and(result.done);
    for (const auto& [cell, value] : known) mine.view({-1})[cell] = false;
    // Each cell was run in one process: sums of the numbers' bits are these bits.
    const at::Tensor bits = group.sum(result.values.view(at::kLong).mul(mine));
    const at::Tensor fresh = group.sum(mine.to(at::kLong)).ne(0);
    result.values = at::where(fresh, bits.view(at::kDouble), result.values);
    result.ran.logical_or_(fresh);
    result.done.logical_or_(fresh);
    shared.ran = fresh.sum().item<Index>();
    shared.ran_here = mine.sum().item<Index>();
}

/// Runs a sweep with the other processes of the group, which give the same options.
/// @param run runs it with the options that it is given
/// @throws Interrupted where Ctrl-C was pressed; what `open_journal`, the group and `run` throw
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

}  // namespace examples
