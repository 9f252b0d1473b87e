// The memory of a sweep: every estimate of what its parts take, in bytes, and what follows from them: how many prompts are
// recorded together, and how many cells run together. Law: a sweep holds no more than its option `memory` allows.
#pragma once

#include "suture/sweep/detail/patch.hpp"
#include "suture/sweep/detail/records.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// What a sweep may hold. Options without a limit still leave room for sums.
inline std::int64_t allowed_bytes(const SweepOptions& options) {
    return static_cast<std::int64_t>(std::min(options.memory, std::size_t{1} << 62));
}

inline std::int64_t bytes_of(const at::Tensor& t) { return t.defined() ? static_cast<std::int64_t>(t.nbytes()) : 0; }
inline std::int64_t bytes_of(const std::vector<at::Tensor>& all) {
    std::int64_t sum = 0;
    for (const at::Tensor& t : all) sum += bytes_of(t);
    return sum;
}
/// What is recorded of a run.
inline std::int64_t bytes_of(const StagedRun& run) {
    std::int64_t sum = bytes_of(run.residual) + bytes_of(run.keys) + bytes_of(run.values) + bytes_of(run.logits);
    for (const SitePass& pass : run.sites) sum += bytes_of(pass.activation);
    return sum;
}
inline std::int64_t bytes_of(const RecordedGroup& group) {
    return bytes_of(group.base) + bytes_of(group.sources) + bytes_of(group.clean_logits);
}
/// What recipes have made of the positions that cells patch.
inline std::int64_t bytes_of(const std::vector<PlannedCell>& cells) {
    std::int64_t sum = 0;
    for (const PlannedCell& cell : cells) sum += bytes_of(cell.edited);
    return sum;
}

/// The copies of logits that a metric makes, in 32 bits or more: those of both runs, their log probabilities, and what it
/// computes from these.
inline std::int64_t bytes_of_metric(const at::Tensor& logits) {
    constexpr std::int64_t copies = 12;
    return copies * logits.numel() * std::max<std::int64_t>(4, static_cast<std::int64_t>(logits.element_size()));
}

/// How many prompts a plain sweep runs together. A prompt takes a pass with its records, a second one with those of the
/// source, and the metric of its logits.
/// @param peak the bytes that a recorded pass of one prompt took
/// @throws MemoryError if one prompt takes more than is allowed
inline Index prompts_in_a_pass(const SweepTask& task, const SweepOptions& options, std::int64_t peak,
                               const at::Tensor& logits) {
    const std::int64_t bytes = 2 * peak + bytes_of_metric(logits), allowed = allowed_bytes(options);
    if (bytes > allowed)
        throw MemoryError("a forward pass of the sweep needs " + std::to_string(bytes) + " bytes but may hold " +
                          std::to_string(allowed) + ": allow more with the option 'memory'");
    return std::clamp<Index>(allowed / bytes, 1, options.optimisations.batch ? task.prompts() : 1);
}

/// How many prompts a sweep in stages records together: as many as half of the memory holds. A prompt takes its record and
/// that of its source, the pass that makes them, and its metric.
/// @param probe the record of one prompt
inline Index prompts_in_a_group(const SweepTask& task, const SweepOptions& options, const StagedRun& probe) {
    const std::int64_t bytes = bytes_of(probe) * (task.has_source() ? 2 : 1) +
                               probe.bytes_per_position * task.length() + bytes_of_metric(probe.logits);
    return std::clamp<Index>(allowed_bytes(options) / 2 / bytes, 1, task.prompts());
}

/// What a group of prompts takes while its cells run.
class GroupMemory {
public:
    GroupMemory(const StagedTask& staged, const SweepOptions& options, const RecordedGroup& group,
                const std::vector<PlannedCell>& cells)
        : staged_(staged),
          group_(group),
          most_(options.optimisations.batch ? options.batch : 1),
          allowed_(allowed_bytes(options)),
          recorded_(bytes_of(group) + bytes_of(cells)) {}

    /// How many of these cells, from the first on, run together.
    /// @throws MemoryError if there is no room for one
    std::size_t cells_at_once(std::span<const PlannedCell> cells) const {
        const Index length = staged_.task.length();
        std::size_t count = 0;
        Index longest = 0;
        for (; count < cells.size() && std::cmp_less(count, most_); ++count) {
            longest = std::max(longest, staged_.by_position ? length - cells[count].first : length);
            const std::int64_t needed = recorded_ + static_cast<std::int64_t>(count + 1) * bytes_of_cell(longest);
            if (needed <= allowed_) continue;
            if (count > 0) break;
            throw MemoryError("a cell of the sweep needs " + std::to_string(needed) +
                              " bytes, together with what is recorded of " + std::to_string(group_.prompts()) +
                              " prompts, but may hold " + std::to_string(allowed_) +
                              ": allow more with the option 'memory'");
        }
        return count;
    }

private:
    /// The most that a cell takes while it runs in a batch whose longest segment has this many positions.
    std::int64_t bytes_of_cell(Index positions) const {
        const std::int64_t residual = bytes_of(group_.base.residual.front()) / group_.ids.numel();
        const std::int64_t position = group_.base.bytes_per_position + 4 * residual;
        return position * positions + bytes_of_attention() + bytes_of_metric(group_.base.logits) / group_.prompts();
    }
    /// The keys and values of a whole run, as they are recorded and as the query heads read them.
    std::int64_t bytes_of_attention() const {
        if (group_.base.keys.empty()) return 0;
        const at::Tensor& keys = group_.base.keys.front();
        return 2 * bytes_of(keys) / group_.prompts() + 4 * static_cast<std::int64_t>(keys.element_size()) *
                                                           group_.base.attended_channels * staged_.task.length();
    }

    const StagedTask& staged_;
    const RecordedGroup& group_;
    Index most_;
    std::int64_t allowed_, recorded_;
};

}  // namespace suture::detail
