// How a sweep is run: what makes it fast, how much it may hold, where its cells are kept, and who runs which of them.
#pragma once

#include "suture/sweep/journal.hpp"

#include <cstddef>
#include <functional>
#include <memory>

namespace suture {

/// What makes a sweep fast. Each can be switched off, and none changes a number by more than rounding.
struct Optimisations {
    bool prefix = true;          ///< a cell starts at its own block, from the recorded input of the run that it patches
    bool batch = true;           ///< cells run together, so that weights are read once for many of them
    bool skip_unchanged = true;  ///< a patch that changes nothing is not run: its cell is the baseline
    bool suffix =
        true;  ///< only positions that a patch can change are computed; the others' keys and values are recorded
    bool unembed = true;  ///< logits are computed only at the positions and of the token ids that the metric reads

    /// One forward pass per cell.
    static constexpr Optimisations none() { return {false, false, false, false, false}; }
    constexpr bool operator==(const Optimisations&) const = default;
};

/// How far a sweep has come. Cells that are known without a run count as done.
struct SweepProgress {
    Index done = 0, all = 0;
};

/// Whether a model may be swept whose dropout or batch norm is in training mode, or which draws random numbers. Where it is
/// allowed, every cell is a whole forward pass.
enum class TrainingMode : unsigned char { refused, allowed };

struct SweepOptions {
    Optimisations optimisations{};
    std::size_t memory = std::size_t{512} << 20;  ///< bytes that it may hold: recorded runs and the batch that runs
    TrainingMode training = TrainingMode::refused;
    Index batch = 1 << 20;  ///< the most cells that run together
    /// Called after each batch. Throwing from it ends the sweep; the journal keeps all cells finished so far.
    std::function<void(const SweepProgress&)> progress{};
    /// Keeps the finished cells; those that it has already are not run again. @see SweepJournal
    std::shared_ptr<SweepJournal> journal{};
    /// Returns whether this process runs a batch; called once per batch, in the same order in every process. This is how
    /// processes share a sweep. The numbers are those of a single process bit for bit if all have the same `batch` and
    /// `memory` and run the same build in as many threads on machines of one kind; recipes that draw random numbers need
    /// the same seed everywhere.
    std::function<bool(std::size_t batch)> claim{};
    /// Whether to estimate every cell by attribution patching too: two forward passes and one backward pass per prompt.
    /// `memory` does not count their graph.
    bool attribution = false;
    /// Run only this share of the cells, those for which attribution patching expects the largest effects; the others are
    /// NaN. 1 runs all.
    double share = 1;
};

}  // namespace suture
