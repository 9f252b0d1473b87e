// The ledger of a sweep: which cells are known, and what is done about one that becomes known.
#pragma once

#include "suture/sweep/detail/plan.hpp"
#include "suture/sweep/journal.hpp"
#include "suture/sweep/result.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace suture {

/// How far a sweep is. Cells that are known without a run count as done.
struct SweepProgress {
    Index done = 0, all = 0;
};

/// How a sweep is run.
struct SweepOptions {
    Optimisations optimisations{};
    std::size_t memory = std::size_t{512} << 20;  ///< bytes that it may hold: recorded runs and the batch that runs
    Index batch = 1 << 20;                        ///< the most cells that run together
    /// Is told how far the sweep is, batch by batch. What it throws ends the sweep; a journal has all until then.
    std::function<void(const SweepProgress&)> progress{};
    /// Finished cells are written to it, and those that it has are not run again. @see SweepJournal
    std::shared_ptr<SweepJournal> journal{};
    /// Whether this process runs a batch, asked before each, in the same order everywhere: how several processes share
    /// the work. Results differ in no bit from one process's, if all have the same `batch` and `memory`, and run the same
    /// build in as many threads on machines of one kind; recipes that draw random numbers need one seed in all.
    std::function<bool(std::size_t batch)> claim{};
    /// Whether attribution patching is done too: two forward passes and a backward one a prompt, whose graph `memory` does
    /// not count.
    bool attribution = false;
    /// Run only this share of the cells, those that attribution patching thinks most of; 1: all. The others are NaN.
    double share = 1;
};

namespace detail {
class Ledger {
public:
    /// @param result one in which nothing is known
    Ledger(SweepResult& result, const SweepOptions& options, Index cells_a_prompt)
        : result_(result), options_(options), per_prompt_(cells_a_prompt) {}

    /// Takes up what the journal has. @throws FileError if it is of another sweep
    void open(const std::string& sweep) {
        if (!options_.journal) return;
        options_.journal->begin(sweep);
        for (const auto& [cell, value] : options_.journal->cells()) {
            if (cell >= result_.values.numel())
                throw FileError(options_.journal->path().string() + ": the journal has the cell " +
                                std::to_string(cell) + " but the sweep has " + std::to_string(result_.values.numel()) +
                                ": name another journal");
            set(cell, value, true);
        }
    }
    /// These cells alone are to be run: bool, one a cell.
    void choose(at::Tensor chosen) { chosen_ = std::move(chosen); }

    /// Begins some prompts, whose baseline is the value of each cell that needs no run. Of the cells that do, those
    /// that were not chosen are dropped.
    /// @throws FileError if the journal has another baseline
    void begin(Index first_prompt, const at::Tensor& baseline, std::vector<PlannedCell>& to_run) {
        if (options_.journal) options_.journal->check_baseline(first_prompt, baseline);
        const Index prompts = baseline.size(0);
        result_.baseline.narrow(0, first_prompt, prompts).copy_(baseline);
        const Index first = first_prompt * per_prompt_;
        std::vector<bool> runs(static_cast<std::size_t>(prompts * per_prompt_), false);
        for (const PlannedCell& cell : to_run) runs[static_cast<std::size_t>(cell.what.index - first)] = true;
        for (Index i = 0; i < prompts * per_prompt_; ++i)
            if (!runs[static_cast<std::size_t>(i)]) set(first + i, baseline[i / per_prompt_].item<double>(), false);
        skipped_ += static_cast<Index>(std::erase_if(to_run, [&](const PlannedCell& cell) {
            return chosen_.defined() && !chosen_.data_ptr<bool>()[cell.what.index] && !is_done(cell);
        }));
        tell();
    }
    /// Whether these cells are to be run here.
    bool claims(std::span<const PlannedCell> cells) {
        const std::size_t number = batches_++;
        bool open = false;
        for (const PlannedCell& cell : cells) open = open || !is_done(cell);
        return open && (!options_.claim || options_.claim(number));
    }
    void add(std::span<const PlannedCell> cells, const at::Tensor& values) {
        std::map<Index, double> finished;
        for (std::size_t i = 0; i < cells.size(); ++i) finished[cells[i].what.index] = values.data_ptr<double>()[i];
        if (options_.journal) options_.journal->add(finished);
        for (const auto& [cell, value] : finished) set(cell, value, true);
        tell();
    }

private:
    void set(Index cell, double value, bool ran) {
        if (!std::exchange(result_.done.data_ptr<bool>()[cell], true)) ++done_;
        result_.values.data_ptr<double>()[cell] = value;
        result_.ran.data_ptr<bool>()[cell] = ran;
    }
    bool is_done(const PlannedCell& cell) const { return result_.done.data_ptr<bool>()[cell.what.index]; }
    void tell() const {
        if (options_.progress) options_.progress({done_, result_.values.numel() - skipped_});
    }

    SweepResult& result_;
    const SweepOptions& options_;
    Index per_prompt_, done_ = 0, skipped_ = 0;
    std::size_t batches_ = 0;
    at::Tensor chosen_;
};
}  // namespace detail

}  // namespace suture
