// The prompts of examples/name_mover/name_mover.cpp: held-out prompts of the names model's task, each with two others that differ
// from it in one word. A sweep between the first and another of the three tells what carries that word to the answer.
#pragma once

#include "names/draw.hpp"
#include "names/names_task.hpp"
#include "names/vocabulary.hpp"

#include <suture/tensor/torch.hpp>

#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <range/v3/view/chunk_by.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace name_mover {
using names_task::Order;
using names_task::Prompt;
using names_task::Vocabulary;
using suture::Index;

/// A prompt and two that differ from it in one word, and have other answers:
///
///     When Mary and John went to the store , John gave a drink to     ->  Mary, the clean one
///     When Mary and John went to the store , Mary gave a drink to     ->  John, its twin
///     When Tom and John went to the store , John gave a drink to      ->  Tom, with a stranger
struct Triple {
    Prompt clean, twin, stranger;
};
/// One of the two others: `&Triple::twin` or `&Triple::stranger`.
using Corrupted = Prompt Triple::*;

/// The tokens at which the two names stand for the first time.
inline std::size_t place_of_answer(const Prompt& prompt) {
    return prompt.order == Order::abba ? prompt.first : prompt.second;
}
inline std::size_t place_of_subject(const Prompt& prompt) {
    return prompt.order == Order::abba ? prompt.second : prompt.first;
}

/// The prompt with someone in the answer's place whom it does not name. Law: one word differs, and the answer.
inline Prompt with_stranger(Prompt prompt, names_task::Draw& draw) {
    const auto named = [&](std::string_view person) {
        return std::ranges::find(prompt.words, person) != prompt.words.end();
    };
    std::string_view stranger = draw.from(names_task::people);
    while (named(stranger)) stranger = draw.from(names_task::people);
    prompt.words[place_of_answer(prompt)] = prompt.answer = stranger;
    return prompt;
}

inline Triple triple_of(const Prompt& clean, names_task::Draw& draw) {
    return {clean, names_task::corrupted(clean), with_stranger(clean, draw)};
}

/// As many triples of held-out names, in the order of their lengths; patterns, variants and orders take turns.
/// Law: the same seed gives the same ones, everywhere.
inline std::vector<Triple> draw_triples(std::size_t count, std::uint64_t seed) {
    using names_task::orders, names_task::patterns, names_task::variants;
    names_task::Draw draw(seed);
    std::vector<Triple> triples;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t round = i / patterns.size();
        triples.push_back(
            triple_of(names_task::held_out_prompt(draw, i % patterns.size(), variants[round % variants.size()],
                                                  orders[round / variants.size() % orders.size()]),
                      draw));
    }
    std::ranges::stable_sort(triples, {}, [](const Triple& triple) { return triple.clean.words.size(); });
    return triples;
}

/// As many of one build, so that a token plays the same part in each: "When <answer> and <subject> went to the <place> ,
/// <subject> gave a <thing> to".
inline std::vector<Triple> draw_alike(std::size_t count, std::uint64_t seed) {
    names_task::Draw draw(seed);
    std::vector<Triple> triples;
    for (std::size_t i = 0; i < count; ++i)
        triples.push_back(
            triple_of(names_task::held_out_prompt(draw, 0, names_task::Variant::plain, Order::abba), draw));
    return triples;
}
/// What the tokens of `draw_alike` are: the words, and for those that vary, the part that they play.
inline std::vector<std::string> words_alike() {
    std::vector<std::string> words = names_task::outline(names_task::patterns[0], names_task::frames[0]);
    for (std::string& word : words) {
        if (word == "{first}") word = "<answer>";
        if (word == "{second}") word = "<subject>";
        if (word == "{subject}") word = "<subject again>";
        if (word == "{place}") word = "<place>";
        if (word == "{object}") word = "<thing>";
    }
    return words;
}

/// The triples in runs of one length: a sweep, like a batch, has prompts of one length. @pre they are in its order
inline std::vector<std::span<const Triple>> by_length(const std::vector<Triple>& triples) {
    std::vector<std::span<const Triple>> runs;
    const auto alike = [](const Triple& a, const Triple& b) { return a.clean.words.size() == b.clean.words.size(); };
    for (const auto& run : triples | ranges::views::chunk_by(alike))
        runs.emplace_back(&*run.begin(), static_cast<std::size_t>(ranges::distance(run)));
    return runs;
}

/// The token ids of one prompt of each triple, all of one length: [prompts, tokens].
inline at::Tensor ids_of(std::span<const Triple> triples, Prompt Triple::*which, const Vocabulary& vocabulary) {
    std::vector<at::Tensor> rows;
    for (const Triple& triple : triples)
        rows.push_back(at::tensor(vocabulary.ids_of((triple.*which).words), at::kLong));
    return at::stack(rows);
}
/// The token ids of their answers: [prompts].
inline at::Tensor answers_of(std::span<const Triple> triples, Prompt Triple::*which, const Vocabulary& vocabulary) {
    std::vector<Index> ids;
    for (const Triple& triple : triples) ids.push_back(vocabulary.id_of((triple.*which).answer));
    return at::tensor(ids, at::kLong);
}

}  // namespace name_mover
