// The ledger of a sweep: it records what becomes known, in the result and in the journal, and reports the progress. What is
// run is decided elsewhere: @see SweepPlanner
#pragma once

#include "suture/sweep/options.hpp"
#include "suture/sweep/result.hpp"

#include <cmath>
#include <map>
#include <span>
#include <string>
#include <utility>

namespace suture::detail {

class Ledger {
public:
    /// @param result one in which nothing is known
    Ledger(SweepResult& result, const SweepOptions& options) : result_(result), options_(options) {}

    /// Takes over what the journal has. @throws FileError if it belongs to another sweep
    void open(const std::string& sweep) {
        if (!options_.journal) return;
        options_.journal->begin(sweep);
        for (const auto& [cell, value] : options_.journal->cells()) {
            if (cell >= result_.values.numel())
                throw FileError(options_.journal->path().string() + ": the journal has the cell " +
                                std::to_string(cell) + " but the sweep has only " +
                                std::to_string(result_.values.numel()) + ": choose another journal");
            if (!std::isnan(value)) set(cell, value, true);  // one that is NaN runs again, and is reported then
        }
    }
    bool knows(Index cell) const { return result_.done.data_ptr<bool>()[cell]; }

    /// Records the baseline of some prompts, which is also the value of these cells of theirs.
    /// @param left_out how many of their cells will never be known
    /// @throws FileError if the journal has another baseline
    void begin(Index first_prompt, const at::Tensor& baseline, std::span<const Index> unchanged, Index left_out) {
        if (options_.journal) options_.journal->check_baseline(first_prompt, baseline);
        result_.baseline.narrow(0, first_prompt, baseline.size(0)).copy_(baseline);
        const Index cells_per_prompt = result_.values.numel() / result_.values.size(0);
        for (const Index cell : unchanged)
            set(cell, baseline.data_ptr<double>()[cell / cells_per_prompt - first_prompt], false);
        left_out_ += left_out;
        report();
    }
    /// Records the values of cells that were run, first in the journal.
    void add(const std::map<Index, double>& finished) {
        if (options_.journal) options_.journal->add(finished);
        for (const auto& [cell, value] : finished) set(cell, value, true);
        report();
    }

private:
    void set(Index cell, double value, bool ran) {
        if (!std::exchange(result_.done.data_ptr<bool>()[cell], true)) ++done_;
        result_.values.data_ptr<double>()[cell] = value;
        result_.ran.data_ptr<bool>()[cell] = ran;
    }
    void report() const {
        if (options_.progress) options_.progress({done_, result_.values.numel() - left_out_});
    }

    SweepResult& result_;
    const SweepOptions& options_;
    Index done_ = 0, left_out_ = 0;
};

}  // namespace suture::detail
