// What the options of a pass mean, checked before anything is computed: where its tokens stand, and which keys they meet.
#pragma once

#include "suture/decoder/config.hpp"
#include "suture/decoder/detail/check_config.hpp"
#include "suture/decoder/forward_options.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/sequence_positions.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// A pass over new tokens [batch, tokens] behind `past` columns.
struct PassPlan {
    Index past = 0, columns = 0;
    at::Tensor positions;   ///< int64 [batch, tokens], or [tokens] where all rows have the same
    at::Tensor is_padding;  ///< bool [batch, past + tokens]
    at::Tensor may_meet;    ///< bool [batch, 1 or heads, tokens, past + tokens], of a 4-d mask; or undefined
    bool has_padding = false;
    SequencePositions sequence;

    /// Where the last columns stand. @pre there are as many
    SequencePositions last_columns(Index count) const {
        SequencePositions last = sequence;
        for (Index& f : last.first) f += columns - count;
        last.columns = count;
        last.is_growing = last.is_growing || count < columns;  // the columns before were in this pass
        return last;
    }
    /// @throws ShapeError, TypeError, ValueError or PositionError if the options contradict the ids, the cache or one another
    PassPlan(const at::Tensor& ids, const ForwardOptions& options, const DecoderConfig& config)
        : past(options.cache ? options.cache->length() : 0), columns(ids.size(1)) {
        const Index rows = ids.size(0);
        if (options.cache) check_cache(*options.cache, rows, config);
        read_mask(options, ids);
        read_positions(options, ids, config);
        sequence.columns = columns, sequence.is_growing = options.cache != nullptr;
        sequence.prompt = options.prompt_lengths;
        if (!sequence.prompt.empty() && static_cast<Index>(sequence.prompt.size()) != rows)
            throw ShapeError(std::to_string(sequence.prompt.size()) + " lengths of prompts for " +
                             std::to_string(rows) + " rows: give one for each");
    }

    /// A mask as bools. @throws ValueError if it has other numbers than 0 and 1
    static at::Tensor as_bools(const at::Tensor& mask) {
        if (mask.scalar_type() == at::kBool) return mask;
        if (mask.ne(0).logical_and(mask.ne(1)).any().item<bool>())
            throw ValueError(
                "the attention mask is " + tensor_text(mask) +
                " with other numbers than 0 and 1: give 1 for tokens, or for keys that may be met, and 0 for others");
        return mask.ne(0);
    }

private:
    static void check_cache(const KeyValueCache& cache, Index rows, const DecoderConfig& config) {
        if (cache.empty()) return;
        const KeysAndValues& first = cache.layers_.front();
        if (static_cast<Index>(cache.layers_.size()) != config.layers || first.keys.size(1) != config.key_heads ||
            first.keys.size(3) != config.head_width)
            throw ModelError("the cache holds " + std::to_string(cache.layers_.size()) + " layers of " +
                             shape_text(first.keys.sizes()) + " keys, but the model has " +
                             std::to_string(config.layers) + " layers with " + std::to_string(config.key_heads) +
                             " key heads of " + std::to_string(config.head_width) +
                             ": use a cache with the model that filled it");
        if (cache.rows() != rows)
            throw ShapeError("the cache holds " + std::to_string(cache.rows()) + " rows, but the ids have " +
                             std::to_string(rows) + ": give as many, or repeat the cache, cache.repeated(n)");
    }
    void read_mask(const ForwardOptions& options, const at::Tensor& ids) {
        const Index rows = ids.size(0), keys = past + columns;
        const at::Tensor& given = options.attention_mask;
        const at::Tensor before = past > 0 ? options.cache->is_padding_.to(ids.device())
                                           : at::zeros({rows, 0}, ids.options().dtype(at::kBool));
        is_padding = at::cat({before, at::zeros({rows, columns}, before.options())}, 1);
        if (given.defined()) {
            const at::Tensor is_seen = as_bools(given).to(ids.device());
            if (given.dim() == 4) {
                const bool fits = given.size(0) == rows && given.size(2) == columns && given.size(3) == keys;
                if (!fits) throw_mask_shape(given, rows, keys);
                may_meet = is_seen;
            } else {
                const bool of_all = given.dim() == 2 && given.size(0) == rows && given.size(1) == keys;
                if (!of_all && !(given.dim() == 2 && given.size(0) == rows && given.size(1) == columns))
                    throw_mask_shape(given, rows, keys);
                is_padding = of_all ? is_seen.logical_not() : at::cat({before, is_seen.logical_not()}, 1);
            }
        }
        const at::Tensor read = is_padding.to(at::kCPU).contiguous();
        const bool* padded = read.data_ptr<bool>();
        for (Index r = 0; r < rows; ++r, padded += keys) {
            Index begin = 0, end = keys;
            while (begin < keys && padded[begin]) ++begin;
            while (end > begin && padded[end - 1]) --end;
            if (begin == end)
                throw ValueError("row " + std::to_string(r) + " of the attention mask has no token: leave the row out");
            if (std::any_of(padded + begin, padded + end, [](bool p) { return p; }))
                throw ValueError(
                    "row " + std::to_string(r) +
                    " of the attention mask has padding between its tokens: pad at its ends, or give a mask of "
                    "queries and keys, [batch, 1, queries, keys]");
            has_padding = has_padding || begin > 0 || end < keys;
            sequence.first.push_back(past - begin), sequence.length.push_back(end - begin);
        }
    }
    void read_positions(const ForwardOptions& options, const at::Tensor& ids, const DecoderConfig& config) {
        const Index rows = ids.size(0);
        if (options.position_ids.defined()) {
            const at::Tensor& given = options.position_ids;
            if (!at::isIntegralType(given.scalar_type(), false))
                throw TypeError("position ids are " + tensor_text(given) + ": give integers");
            const bool for_all = given.dim() == 1 && given.size(0) == columns;
            if (!for_all &&
                !(given.dim() == 2 && (given.size(0) == rows || given.size(0) == 1) && given.size(1) == columns))
                throw ShapeError("position ids have shape " + shape_text(given.sizes()) + " for ids of " +
                                 shape_text(ids.sizes()) + ": give one for each token");
            positions = given.to(ids.device(), at::kLong);
            if (given.dim() == 2) positions = positions.expand({rows, columns});
        } else if (may_meet.defined()) {
            const at::Tensor causal =
                at::arange(past + columns, ids.options().dtype(at::kLong))
                    .lt(at::arange(past, past + columns, ids.options().dtype(at::kLong)).unsqueeze(-1));
            positions = may_meet.logical_and(causal).any(1).sum(-1);
        } else if (has_padding) {
            positions = is_padding.logical_not().to(at::kLong).cumsum(-1).sub(1).clamp_min(0).narrow(1, past, columns);
        } else {
            positions = at::arange(past, past + columns, ids.options().dtype(at::kLong));
        }
        if (columns == 0)
            throw ShapeError("token ids have shape " + shape_text(ids.sizes()) + ": give at least one token");
        const Index low = positions.min().item<Index>(), high = positions.max().item<Index>();
        if (low < 0) throw PositionError("position id " + std::to_string(low) + " is negative: count from 0");
        if (!config.rotary && high >= config.positions)  // rotary angles go on beyond the prompts of training
            throw ShapeError("position " + std::to_string(high) + " exceeds the model's " +
                             std::to_string(config.positions) + " positions: shorten the prompt, or generate less");
    }
    [[noreturn]] void throw_mask_shape(const at::Tensor& mask, Index rows, Index keys) const {
        const std::string batch = "[" + std::to_string(rows) + ", ";
        throw ShapeError("the attention mask has shape " + shape_text(mask.sizes()) + ": give " + batch +
                         std::to_string(columns) + "], " +
                         (past > 0 ? batch + std::to_string(keys) + "] with the cached tokens, " : "") + "or " + batch +
                         "1 or heads, " + std::to_string(columns) + ", " + std::to_string(keys) + "]");
    }
};

}  // namespace suture::detail
