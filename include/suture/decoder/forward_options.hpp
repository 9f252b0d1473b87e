// What a pass of a decoder may be given beside token ids.
#pragma once

#include "suture/core/strided_slice.hpp"
#include "suture/decoder/key_value_cache.hpp"
#include "suture/tensor/torch.hpp"

#include <vector>

namespace suture {

/// The options of a pass, with the names of transformers: `model->forward(ids, {.attention_mask = mask})`.
struct ForwardOptions {
    /// Which tokens are no padding, [batch, tokens] of 1 and 0 or bools, with padding on either side. Under a cache, of the new
    /// tokens, or of all. Or which keys each query may meet, [batch, 1 or heads, queries, keys], for packed documents: causality
    /// and the window of a layer hold besides.
    at::Tensor attention_mask = {};
    /// The position of each token, [batch, tokens] or [tokens] of integers. By default those of the mask: each row counts its own
    /// tokens from 0; under a 4-d mask a token has as many positions before it as it may meet.
    at::Tensor position_ids = {};
    /// The pass goes on behind what the cache holds, and adds to it.
    KeyValueCache* cache = nullptr;
    /// At how many positions, from the last one back, logits are computed; 0 computes all.
    Index logits_to_keep = 0;
    /// How many positions of each row are its prompt, for `prompt()`, `generated()` and `step(n)`; empty if that is not known.
    std::vector<Index> prompt_lengths = {};
};

}  // namespace suture
