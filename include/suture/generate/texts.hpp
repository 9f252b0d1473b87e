// Generation from texts to texts.
#pragma once

#include "suture/decoder/decoder.hpp"
#include "suture/generate/generate.hpp"
#include "suture/tokenizer/batch.hpp"
#include "suture/tokenizer/tokenizer.hpp"

#include <string>
#include <utility>
#include <vector>

namespace suture {

/// What was generated for each text.
struct GeneratedTexts {
    std::vector<std::string> texts;  ///< what follows each of them, without special tokens
    Generation tokens;
};

/// Goes on with texts: they become a batch that is padded on the left, and the new tokens of each row become a text again.
///
///     const GeneratedTexts made = generate(model, tokenizer, {"When Mary and John", "The"}, {.max_new_tokens = 10});
///
/// @throws Error as `generate` of ids and as `encode_batch`; ValueError if the options have a mask, which is that of the texts
inline GeneratedTexts generate(Decoder model, const Tokenizer& tokenizer, const std::vector<std::string>& texts,
                               GenerateOptions options = {}) {
    if (options.attention_mask.defined())
        throw ValueError("an attention mask beside texts, which make their own: leave it out, or generate from ids");
    options.check();
    BatchOptions batch;
    if (options.pad_token_id >= 0) batch.pad_token_id = options.pad_token_id;
    const TokenBatch prompts = encode_batch(tokenizer, texts, batch);
    options.attention_mask = prompts.attention_mask;
    GeneratedTexts made{{}, generate(std::move(model), prompts.ids, options)};
    for (Index r = 0; r < prompts.ids.size(0); ++r)
        made.texts.push_back(tokenizer.decode(made.tokens.new_tokens(r), {.skip_special_tokens = true}));
    return made;
}

}  // namespace suture
