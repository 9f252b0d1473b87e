// How a decoder goes on with a prompt: what a generation is asked for.
#pragma once

#include "suture/core/strided_slice.hpp"
#include "suture/decoder/key_value_cache.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <c10/util/StringUtil.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

namespace suture {

class HookSet;

/// The options of `generate`, with the names and the meaning of transformers' (generation/configuration_utils.py).
struct GenerateOptions {
    Index max_new_tokens = 20;
    /// Which tokens of the prompts are no padding, [batch, tokens]: prompts of unequal length, padded on either side.
    at::Tensor attention_mask = {};
    std::vector<Index> eos_token_ids = {};  ///< a row ends with any of these
    Index pad_token_id = -1;                ///< behind a row that has ended; by default the first eos token, or 0
    /// A row ends with any of these runs of generated tokens.
    std::vector<std::vector<Index>> stop_sequences = {};

    bool do_sample = false;  ///< draws tokens; otherwise each is the likeliest
    double temperature = 1;  ///< divides the logits
    Index top_k = 0;         ///< how many of the likeliest tokens it draws from; 0 sets no limit
    double top_p = 1;        ///< draws from the fewest likeliest tokens whose probabilities add up to this
    double min_p = 0;        ///< draws only tokens with this share of the likeliest one's probability
    double repetition_penalty =
        1;                   ///< divides positive logits of tokens that are there already, and multiplies negative ones
    std::uint64_t seed = 0;  ///< of the one generator of all draws: a seed gives the same tokens again

    /// The prompts go on behind what this cache holds; a copy of it is filled, so that many generations branch from one prompt.
    const KeyValueCache* cache = nullptr;
    /// Active in all passes as one scope: a hook that no pass reached is reported at the end.
    const HookSet* hooks = nullptr;
    /// Called with the new token of each row, [batch], as soon as it is there; false ends the generation.
    std::function<bool(const at::Tensor& tokens)> on_token = {};
    bool output_logits = false;             ///< keeps the logits of each new token
    bool output_log_probabilities = false;  ///< keeps the log-probability that the model gave each new token
    bool with_gradients = false;            ///< keeps the graph of all passes

    /// @throws ValueError if a number is out of range
    void check() const {
        const auto refuse = [](const char* name, auto value, const char* remedy) {
            throw ValueError(c10::str(name, " is ", value, ": give ", remedy));
        };
        if (max_new_tokens < 1) refuse("max_new_tokens", max_new_tokens, "1 or more");
        if (!(temperature > 0) || !std::isfinite(temperature))
            refuse("temperature", temperature, "a positive number, or do_sample = false for the likeliest token");
        if (top_k < 0) refuse("top_k", top_k, "a number of tokens, or 0 for all");
        if (!(top_p >= 0 && top_p <= 1)) refuse("top_p", top_p, "a share of probability from 0 to 1");
        if (!(min_p >= 0 && min_p <= 1)) refuse("min_p", min_p, "a share from 0 to 1");
        if (!(repetition_penalty > 0) || !std::isfinite(repetition_penalty))
            refuse("repetition_penalty", repetition_penalty, "a positive number; 1 changes nothing");
        for (const std::vector<Index>& sequence : stop_sequences)
            if (sequence.empty()) throw ValueError("a stop sequence is empty: give at least one token id");
    }
};

}  // namespace suture
