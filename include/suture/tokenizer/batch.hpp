// Several texts as one batch of ids, padded to one length.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"
#include "suture/tokenizer/tokenizer.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// On which side texts are padded that are shorter than the longest.
enum class PaddingSide { left, right };

/// How texts become a batch.
struct BatchOptions {
    PaddingSide side = PaddingSide::left;  ///< generation goes on at the right end, so padding is on the left
    Index pad_token_id = 0;                ///< what stands in padding: no model reads it where the mask is given
    EncodeOptions encode = {};
};

/// Texts as ids.
struct TokenBatch {
    at::Tensor ids;              ///< [batch, tokens], int64
    at::Tensor attention_mask;   ///< 1 for each token and 0 for padding: [batch, tokens], int64
    std::vector<Index> lengths;  ///< how many tokens each text has
};

/// Encodes texts into one batch: `model(batch.ids, {.attention_mask = batch.attention_mask})`.
/// @throws ValueError if the batch is empty, or a text has no token
inline TokenBatch encode_batch(const Tokenizer& tokenizer, const std::vector<std::string>& texts,
                               const BatchOptions& options = {}) {
    if (texts.empty()) throw ValueError("a batch of no texts: give at least one");
    std::vector<std::vector<Index>> rows;
    TokenBatch batch;
    for (const std::string& text : texts) {
        rows.push_back(tokenizer.encode(text, options.encode));
        if (rows.back().empty())
            throw ValueError("text " + std::to_string(rows.size() - 1) + " of the batch, \"" + visible_text(text) +
                             "\", has no token: leave it out");
        batch.lengths.push_back(static_cast<Index>(rows.back().size()));
    }
    const auto count = static_cast<Index>(rows.size());
    const Index columns = *std::max_element(batch.lengths.begin(), batch.lengths.end());
    batch.ids = at::full({count, columns}, options.pad_token_id, at::kLong);
    batch.attention_mask = at::zeros({count, columns}, at::kLong);
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const Index n = batch.lengths[r], from = options.side == PaddingSide::left ? columns - n : 0;
        Index* const ids = batch.ids.data_ptr<Index>() + static_cast<Index>(r) * columns + from;
        std::copy(rows[r].begin(), rows[r].end(), ids);
        batch.attention_mask[static_cast<Index>(r)].narrow(0, from, n).fill_(1);
    }
    return batch;
}

template <class...>
SUTURE_REJECTED("encode_batch takes a tokenizer and texts: write encode_batch(tokenizer, {\"one\", \"two\"})",
                encode_batch(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
