// Recorded passes put together: the rows of batches behind padding, and the steps of a generation, as one sequence per row.
#pragma once

#include "suture/record/detail/entry_store.hpp"
#include "suture/tensor/detail/cut.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/sequence_positions.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <string>
#include <vector>

namespace suture::detail {

/// "pass 2 of h.3.attn.z"
inline std::string pass_text(const StoredEntry& e) { return "pass " + std::to_string(e.pass) + " of " + e.name; }

/// Whether some of the entries hold whole activations of passes that say where they stand.
inline bool stand_in_sequences(const std::vector<StoredEntry>& entries) {
    return std::ranges::any_of(entries, [](const StoredEntry& e) { return e.cut && e.cut->pass && e.cut->is_whole(); });
}

/// Puts the sequences together, pass by pass.
class SequenceRows {
public:
    /// @throws HookError if the pass continues sequences of which the positions before it were not recorded; ShapeError if
    ///         its rows are not those of the pass
    void add(const StoredEntry& e) {
        const at::Tensor t = tensor_of(e);
        if (t.dim() < 3)
            throw ShapeError(pass_text(e) + " recorded " + tensor_text(t) +
                             ": sequences are put together from [batch, tokens, channels]");
        SequencePositions plain{t.size(1), std::vector<Index>(static_cast<std::size_t>(t.size(0)), 0),
                                std::vector<Index>(static_cast<std::size_t>(t.size(0)), t.size(1))};
        const SequencePositions& pass = e.cut && e.cut->pass ? *e.cut->pass : plain;
        if (t.size(0) != pass.rows() || t.size(1) != pass.columns)
            throw ShapeError(pass_text(e) + " recorded " + tensor_text(t) + " of [" + std::to_string(pass.rows()) +
                             ", " + std::to_string(pass.columns) + "] positions: write of(layer) for the entries");
        if (std::ranges::all_of(pass.first, [](Index first) { return first <= 0; })) {
            begin_ = parts_.size();
            parts_.resize(begin_ + pass.first.size());
            lengths_.resize(parts_.size(), 0);
        }
        if (parts_.size() - begin_ != pass.first.size()) throw_not_continued(e);
        for (std::size_t r = 0; r < pass.first.size(); ++r) {
            const Index from = std::max<Index>(pass.first[r], 0);
            const Index to = std::max(from, std::min(pass.length[r], pass.first[r] + pass.columns));
            if (from < to && from != lengths_[begin_ + r]) throw_not_continued(e);
            parts_[begin_ + r].push_back(
                t.select(0, static_cast<Index>(r)).narrow(0, from == to ? 0 : from - pass.first[r], to - from));
            lengths_[begin_ + r] += to - from;
        }
    }
    /// [positions, ...] each.
    std::vector<at::Tensor> rows() const {
        std::vector<at::Tensor> all;
        for (const std::vector<at::Tensor>& of_row : parts_) all.push_back(at::cat(of_row));
        return all;
    }

private:
    [[noreturn]] static void throw_not_continued(const StoredEntry& e) {
        throw HookError(pass_text(e) +
                        " goes on with sequences of which the positions before it were not recorded: record from their "
                        "first pass on, or clear() the recorder before a generation");
    }
    std::vector<std::vector<at::Tensor>> parts_;
    std::vector<Index> lengths_;
    std::size_t begin_ = 0;  ///< the first row of the newest batch
};

/// The rows of all passes: [positions, ...] each.
inline std::vector<at::Tensor> sequences_of(const std::vector<StoredEntry>& entries) {
    SequenceRows rows;
    for (const StoredEntry& e : entries) rows.add(e);
    return rows.rows();
}

}  // namespace suture::detail
