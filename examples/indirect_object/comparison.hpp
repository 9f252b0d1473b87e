// The sweeps compared with one forward pass per cell, and with what transformers computed for the same weights.
#pragma once

#include "finding.hpp"

#include <suture/file/safetensors.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>

namespace indirect_object {

/// One sweep of the first pair done twice: as a sweep, and by one forward pass per cell.
struct Comparison {
    Index cells = 0;
    double seconds = 0, plain_seconds = 0;
    double apart = 0;  ///< the largest difference between their numbers, in logits
};

/// The task with its first pair alone.
inline Task first_pair(const Task& task) {
    Task first = task;
    for (const auto part : {&Task::clean, &Task::corrupted, &Task::answers, &Task::others})
        first.*part = (task.*part).narrow(0, 0, 1);
    return first;
}

inline Comparison compare(const Exported& model, const Task& task, const suture::Grid& grid) {
    const at::NoGradGuard no_gradients;
    const Task first = first_pair(task);
    const auto timed = [&](const SweepOptions& options, double& seconds) {
        const auto begin = std::chrono::steady_clock::now();
        const SweepResult result = swept(model, first, grid, options);
        seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        return result;
    };
    SweepOptions plain;
    plain.optimisations = suture::Optimisations::none();
    Comparison comparison;
    const SweepResult fast = timed({}, comparison.seconds), slow = timed(plain, comparison.plain_seconds);
    comparison.cells = fast.values.numel();
    comparison.apart = fast.values.sub(slow.values).abs().max().item<double>();
    return comparison;
}

/// How far the numbers are from those of transformers: the largest differences.
struct Agreement {
    double logits = 0;  ///< of the logit differences of all pairs
    double stream = 0;  ///< of the shares recovered, in some cells of the first pair
    double heads = 0;   ///< likewise
    Index cells = 0;
};

/// @param file python.safetensors of export_smollm2.py
/// @throws suture::FileError if the file lacks one of its tensors
inline Agreement agreement_with(const std::filesystem::path& file, const Finding& finding) {
    const auto python = suture::Safetensors::open(file);
    const auto apart = [&](const at::Tensor& ours, const char* name) {
        return ours.sub(python.load(name)).abs().max().item<double>();
    };
    const at::Tensor stream = finding.stream.recovered()[0]
                                  .index_select(0, python.load("stream_layers"))
                                  .index_select(1, python.load("stream_positions")),
                     heads = finding.heads.recovered()[0].index_select(0, python.load("heads_layers"));
    return {std::max(apart(finding.heads.source, "clean"), apart(finding.heads.baseline, "corrupted")),
            apart(stream, "stream"), apart(heads, "heads"), stream.numel() + heads.numel()};
}

}  // namespace indirect_object
