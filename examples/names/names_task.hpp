// The indirect-object task of Wang et al., "Interpretability in the Wild" (2022, https://arxiv.org/abs/2211.00593):
// "When Mary and John went to the store , John gave a drink to" continues with "Mary", the name that occurs once. Two
// prompts that differ only in the repeated name have different answers, so neither order nor position reveals the
// answer.
#pragma once

#include "draw.hpp"
#include "sentences.hpp"

#include <suture/tensor/error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace names {

/// Which name comes first: the answer (Mary, John, John -> Mary) or the subject (John, Mary, John -> Mary).
enum class Order { abba, baba };
inline constexpr std::array orders{Order::abba, Order::baba};

/// A sentence up to its answer, as words. Each word, "," and "." is a token.
struct Prompt {
    std::vector<std::string> words;  ///< up to the word before the answer
    std::string answer;              ///< the name that comes next
    std::string subject;             ///< the other name, which is repeated
    std::size_t pattern = 0;         ///< index in `patterns`
    Variant variant = Variant::plain;
    Order order = Order::abba;
    std::size_t first = 0, second = 0, repeated = 0;  ///< the positions of the two names and of the repeated subject

    /// "When Mary and John went to the store , John gave a drink to"
    std::string text() const;
    /// The words, the answer and the full stop.
    std::vector<std::string> sentence() const;
    bool operator==(const Prompt&) const = default;
};

/// The words between the spaces of a text.
inline std::vector<std::string> words_of(std::string_view text) {
    std::istringstream in{std::string(text)};
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

inline std::string Prompt::text() const {
    std::string joined;
    for (const std::string& word : words) joined += (joined.empty() ? "" : " ") + word;
    return joined;
}

inline std::vector<std::string> Prompt::sentence() const {
    std::vector<std::string> all = words;
    all.insert(all.end(), {answer, "."});
    return all;
}

// ---- pairs of names ----------------------------------------------------------------------------------------

/// Two people in alphabetical order.
using Pair = std::pair<std::string_view, std::string_view>;

inline Pair pair_of(std::string_view a, std::string_view b) { return a < b ? Pair(a, b) : Pair(b, a); }

/// A fifth of all pairs, in alphabetical order, drawn with a fixed seed: no training sentence has both names of one.
inline const std::vector<Pair>& held_out_pairs() {
    static const std::vector<Pair> held_out = [] {
        std::vector<Pair> pairs;
        for (std::size_t i = 0; i < people.size(); ++i)
            for (std::size_t j = i + 1; j < people.size(); ++j) pairs.push_back(pair_of(people[i], people[j]));
        constexpr std::uint64_t seed = 2022;
        Draw(seed).shuffle(pairs);
        pairs.resize(pairs.size() / 5);
        std::sort(pairs.begin(), pairs.end());
        return pairs;
    }();
    return held_out;
}

inline bool is_held_out(std::string_view a, std::string_view b) {
    return std::binary_search(held_out_pairs().begin(), held_out_pairs().end(), pair_of(a, b));
}

/// The people of a sentence: three different ones.
struct Cast {
    std::string_view subject, answer, third;
};

/// People among whom there is no held-out pair.
inline Cast training_cast(Draw& draw) {
    const auto may_meet = [](std::string_view a, std::string_view b) { return a != b && !is_held_out(a, b); };
    for (;;) {
        const Cast cast{draw.from(people), draw.from(people), draw.from(people)};
        if (may_meet(cast.subject, cast.answer) && may_meet(cast.subject, cast.third) &&
            may_meet(cast.answer, cast.third))
            return cast;
    }
}

/// A held-out pair as subject and answer, and any third person.
inline Cast held_out_cast(Draw& draw) {
    auto [subject, answer] = draw.from(held_out_pairs());
    if (draw.below(2) == 1) std::swap(subject, answer);
    for (;;)
        if (const std::string_view third = draw.from(people); third != subject && third != answer)
            return {subject, answer, third};
}

// ---- sentences ----------------------------------------------------------------------------------------------

/// The parts of a prompt.
struct Scene {
    std::size_t pattern = 0;  ///< index in `patterns`
    Frame frame = frames[0];
    Order order = Order::abba;
    Cast cast;
    std::string_view place, object;
};

/// The word that a scene puts in place of a placeholder; other words are unchanged.
inline std::string filled(const std::string& word, const Scene& scene) {
    const auto& [subject, answer, third] = scene.cast;
    const bool answer_first = scene.order == Order::abba;
    if (word == "{first}") return std::string(answer_first ? answer : subject);
    if (word == "{second}") return std::string(answer_first ? subject : answer);
    if (word == "{subject}") return std::string(subject);
    if (word == "{third}") return std::string(third);
    if (word == "{place}") return std::string(scene.place);
    if (word == "{object}") return std::string(scene.object);
    return word;
}

/// The pattern's words with the frame around them, not yet filled.
inline std::vector<std::string> outline(std::string_view pattern, const Frame& frame) {
    std::vector<std::string> words = words_of(frame.opening);
    for (const std::string& word : words_of(pattern)) {
        const std::vector<std::string> aside = words_of(word == "{aside}" ? frame.aside : word);
        words.insert(words.end(), aside.begin(), aside.end());
    }
    return words;
}

/// @throws suture::PositionError if the pattern does not exist
inline Prompt prompt_of(const Scene& scene) {
    if (scene.pattern >= patterns.size())
        throw suture::PositionError("pattern " + std::to_string(scene.pattern) + " is outside the " +
                                    std::to_string(patterns.size()) + " patterns: count from 0");
    Prompt prompt;
    prompt.answer = scene.cast.answer;
    prompt.subject = scene.cast.subject;
    prompt.pattern = scene.pattern;
    prompt.variant = scene.frame.variant;
    prompt.order = scene.order;
    for (const std::string& word : outline(patterns[scene.pattern], scene.frame)) {
        if (word == "{first}") prompt.first = prompt.words.size();
        if (word == "{second}") prompt.second = prompt.words.size();
        if (word == "{subject}") prompt.repeated = prompt.words.size();
        prompt.words.push_back(filled(word, scene));
    }
    return prompt;
}

/// A random frame of this variant.
inline Frame frame_of(Variant variant, Draw& draw) {
    for (;;)
        if (const Frame& frame = draw.from(frames); frame.variant == variant) return frame;
}

/// A prompt for training: all patterns, variants and orders are equally likely.
inline Prompt training_prompt(Draw& draw) {
    Scene scene;
    scene.pattern = draw.below(patterns.size());
    scene.frame = frame_of(draw.from(variants), draw);
    scene.order = draw.from(orders);
    scene.cast = training_cast(draw);
    scene.place = draw.from(places);
    scene.object = draw.from(objects);
    return prompt_of(scene);
}

/// A prompt whose subject and answer never occur together in training.
/// @throws suture::PositionError if the pattern does not exist
inline Prompt held_out_prompt(Draw& draw, std::size_t pattern, Variant variant, Order order) {
    Scene scene;
    scene.pattern = pattern;
    scene.frame = frame_of(variant, draw);
    scene.order = order;
    scene.cast = held_out_cast(draw);
    scene.place = draw.from(places);
    scene.object = draw.from(objects);
    return prompt_of(scene);
}

/// The prompt with the other name repeated: one word differs, and so does the answer.
/// Law: corrupted(corrupted(prompt)) == prompt.
inline Prompt corrupted(Prompt prompt) {
    std::swap(prompt.subject, prompt.answer);
    prompt.words[prompt.repeated] = prompt.subject;
    prompt.order = prompt.order == Order::abba ? Order::baba : Order::abba;
    return prompt;
}

/// A clean prompt and its corrupted twin, of the same length.
struct PromptPair {
    Prompt clean, corrupted;
};

inline PromptPair prompt_pair(Prompt clean) { return {clean, corrupted(clean)}; }

}  // namespace names
