// What a sweep runs and what it reads: pairs of prompts, their answers, and the metric.
#pragma once

#include "command.hpp"
#include "shared/ids.hpp"
#include "shared/prompt.hpp"

#include <suture/sweep/metric.hpp>
#include <suture/sweep/patching.hpp>

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace examples {

/// Prompts of one length, clean ones and those that they are compared with.
struct PromptPairs {
    std::vector<Prompt> clean, corrupted;

    /// Those of the command line; without any, a pair of the names model.
    /// @throws suture::ValueError if there are none, or of several lengths; what Prompt::read throws
    static PromptPairs read(const SweepCommand& command);

    /// Whether each clean prompt has its own corrupted one.
    bool are_pairs() const { return clean.size() == corrupted.size(); }
    /// The prompts that activations, or means of them, come from where the clean ones are patched.
    const std::vector<Prompt>& reference() const { return corrupted.empty() ? clean : corrupted; }
    Index tokens() const { return static_cast<Index>(clean.front().ids().size()); }
};

/// [prompts, tokens]
inline at::Tensor batch_of(const std::vector<Prompt>& prompts) {
    std::vector<at::Tensor> all;
    for (const Prompt& prompt : prompts) all.push_back(prompt.batch());
    return at::cat(all);
}

namespace detail {
/// Those of one kind, texts first.
/// @throws suture::ValueError if they are of several lengths
inline std::vector<Prompt> prompts_of(const std::string& model, const char* option,
                                      const std::vector<std::string>& texts, const std::vector<std::string>& ids) {
    std::vector<Prompt> prompts;
    for (const std::string& text : texts) prompts.push_back(Prompt::read({model, text, ""}));
    for (const std::string& list : ids) prompts.push_back(Prompt::read({model, "", list}));
    for (const Prompt& prompt : prompts)
        if (prompt.ids().size() != prompts.front().ids().size())
            throw suture::ValueError(fmt::format("{} '{}' has {} tokens but '{}' has {}: give prompts of one length",
                                                 option, prompt.text(), prompt.ids().size(), prompts.front().text(),
                                                 prompts.front().ids().size()));
    return prompts;
}
}  // namespace detail

inline PromptPairs PromptPairs::read(const SweepCommand& c) {
    PromptPairs pairs{detail::prompts_of(c.model, "--clean", c.clean, c.clean_ids),
                      detail::prompts_of(c.model, "--corrupted", c.corrupted, c.corrupted_ids)};
    if (!pairs.clean.empty()) return pairs;
    if (!pairs.corrupted.empty() || !is_names_model({c.model, "", ""}))
        throw suture::ValueError("there is no clean prompt: give --clean \"...\", or --clean-ids 2,1,0");
    pairs.clean.push_back(Prompt::read({c.model, names_prompt, ""}));
    pairs.corrupted.push_back(Prompt::read({c.model, names_corrupted_prompt, ""}));
    return pairs;
}

/// What stands at each position: "Mary", or "Mary/John" where not all prompts have the same.
inline std::vector<std::string> words_of(const PromptPairs& pairs) {
    std::vector<std::string> all;
    for (std::size_t position = 0; position < static_cast<std::size_t>(pairs.tokens()); ++position) {
        std::vector<std::string> words;
        for (const auto* prompts : {&pairs.clean, &pairs.corrupted})
            for (const Prompt& prompt : *prompts)
                if (const std::string word = prompt.word(prompt.ids()[position]);
                    std::find(words.begin(), words.end(), word) == words.end())
                    words.push_back(word);
        all.push_back(words.front());
        constexpr std::size_t most = 3;
        for (std::size_t i = 1; i < std::min(words.size(), most); ++i)
            all.back() += "/" + words[i].substr(words[i].starts_with(' ') ? 1 : 0);
        if (words.size() > most) all.back() += "/…";
    }
    return all;
}

/// @throws suture::ShapeError or suture::ValueError if the prompts do not fit each other or the direction
inline suture::Patching patching_of(const std::string& direction, const PromptPairs& pairs) {
    const at::Tensor clean = batch_of(pairs.clean), reference = batch_of(pairs.reference());
    if (direction == "zero") return suture::zero_ablation(clean);
    if (direction == "mean") return suture::mean_ablation(clean, reference);
    if (direction == "resample") return suture::resample_ablation(clean, reference, 0);
    if (pairs.corrupted.empty())
        throw suture::ValueError("--direction " + direction +
                                 " compares two runs: give a --corrupted prompt to each --clean one");
    return direction == "denoise" ? suture::denoising(clean, reference) : suture::noising(clean, reference);
}

/// The tokens whose logits are read, one of each a prompt.
struct Answers {
    std::vector<Index> answers, others;
};

/// Finds them where the command line does not name them.
class AnswerReader {
public:
    /// @param after token ids [1, tokens] -> the logits [vocabulary] that follow the last
    AnswerReader(const SweepCommand& command, const PromptPairs& pairs, Index vocabulary,
                 std::function<at::Tensor(const at::Tensor&)> after)
        : command_(command), pairs_(pairs), vocabulary_(vocabulary), after_(std::move(after)) {}

    /// @throws suture::ValueError if a token is none of the model's, if there are neither one nor one a prompt, or if
    ///         answer and other are the same
    Answers read() const {
        if (command_.metric == "kl") return {};
        Answers found{named("--answer", command_.answer), named("--other", command_.other)};
        if (found.answers.empty())
            for (const Prompt& prompt : pairs_.clean) found.answers.push_back(likeliest(prompt, 0));
        if (command_.metric != "logit-difference") return {found.answers, {}};
        if (found.others.empty())
            for (std::size_t i = 0; i < pairs_.clean.size(); ++i) found.others.push_back(other_of(i));
        check_different(found);
        return found;
    }

private:
    /// One a prompt; none if none are named.
    std::vector<Index> named(const char* option, const std::vector<std::string>& words) const {
        if (words.size() > 1 && words.size() != pairs_.clean.size())
            throw suture::ValueError(
                fmt::format("{} is given {} times for {} clean prompts: give one for all, or one for each", option,
                            words.size(), pairs_.clean.size()));
        std::vector<Index> ids;
        for (const std::string& word : words) {
            ids.push_back(pairs_.clean.front().id_of(option, word));
            if (ids.back() < 0 || ids.back() >= vocabulary_)
                throw suture::ValueError(fmt::format("{} {} is outside the vocabulary of {}: name a token of the model",
                                                     option, word, vocabulary_));
        }
        if (ids.size() == 1) ids.resize(pairs_.clean.size(), ids.front());
        return ids;
    }
    Index likeliest(const Prompt& prompt, Index rank) const {
        const at::Tensor logits = after_(prompt.batch());
        if (!logits.isfinite().all().item<bool>())
            throw suture::ModelError(command_.model + ": the logits after '" + prompt.text() +
                                     "' are not finite: check the weights");
        return std::get<1>(logits.topk(rank + 1))[rank].item<Index>();
    }
    Index other_of(std::size_t i) const {
        return pairs_.are_pairs() ? likeliest(pairs_.corrupted[i], 0) : likeliest(pairs_.clean[i], 1);
    }
    void check_different(const Answers& found) const {
        for (std::size_t i = 0; i < found.answers.size(); ++i)
            if (found.answers[i] == found.others[i])
                throw suture::ValueError(
                    fmt::format("the answer and the other after '{}' are the same token, '{}': name "
                                "two by --answer and --other",
                                pairs_.clean[i].text(), pairs_.clean[i].word(found.answers[i])));
    }

    const SweepCommand& command_;
    const PromptPairs& pairs_;
    Index vocabulary_;
    std::function<at::Tensor(const at::Tensor&)> after_;
};

inline suture::Metric metric_of(const std::string& name, const Answers& asked) {
    if (name == "kl") return suture::kl_divergence();
    const at::Tensor answers = at::tensor(asked.answers, at::kLong);
    if (name == "logit") return suture::answer_logit(answers);
    if (name == "probability") return suture::probability(answers);
    if (name == "loss") return suture::loss(answers);
    return suture::logit_difference(answers, at::tensor(asked.others, at::kLong));
}

}  // namespace examples
