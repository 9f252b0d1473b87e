// The results of the experiments in words: the model's predictions, and the logit difference.
#pragma once

#include "experiments.hpp"
#include "harvest.hpp"
#include "shared/prompt.hpp"

#include <fmt/format.h>

#include <ATen/ops/softmax.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <tuple>
#include <vector>

namespace experiments {
using examples::Prompt;

/// A row of the table of experiments.
struct Row {
    std::string name, sentence, predictions, difference;
};

/// "Mary 98.1 %, John 1.2 %" for logits [vocabulary]: the likeliest tokens, except those below 0.1 %.
inline std::string predictions_of(const at::Tensor& logits, const Prompt& prompt, Index most = 3) {
    const auto [likely, ids] = logits.softmax(-1).topk(std::min(most, logits.size(-1)));
    std::string text;
    for (Index i = 0; i < ids.size(0) && (i == 0 || likely[i].item<double>() >= 0.001); ++i)
        text += fmt::format("{}{} {:.1f} %", i ? ", " : "", prompt.word(ids[i].item<Index>()),
                            100 * likely[i].item<double>());
    return text;
}

/// The logits [vocabulary] after the last token.
inline at::Tensor last_of(const at::Tensor& logits) { return logits.select(0, 0).select(0, -1); }

inline double difference_of(const at::Tensor& logits, const Question& question) {
    const at::Tensor last = last_of(logits);
    return last[question.answer].sub(last[question.other]).item<double>();
}

inline std::vector<Row> rows_of(const std::vector<Result>& results, const Prompt& prompt, const Question& question) {
    std::vector<Row> rows;
    for (const Result& result : results)
        rows.push_back({(result.experiment > 0 ? std::to_string(result.experiment) + "  " : "   ") + result.name,
                        result.sentence, predictions_of(last_of(result.logits), prompt),
                        fmt::format("{:+.2f}", difference_of(result.logits, question))});
    return rows;
}

/// The table as the program prints it, with one line per row.
inline std::string table_text(const std::vector<Row>& rows) {
    std::size_t names = 10, sentences = 4, predictions = 11;
    for (const Row& row : rows) {
        names = std::max(names, row.name.size());
        sentences = std::max(sentences, row.sentence.size());
        predictions = std::max(predictions, row.predictions.size());
    }
    const auto line = [&](const Row& row) {
        return fmt::format("{:<{}}  {:<{}}  {:<{}}  {:>10}\n", row.name, names, row.sentence, sentences,
                           row.predictions, predictions, row.difference);
    };
    std::string text = line({"   experiment", "edit", "predictions", "difference"});
    for (const Row& row : rows) text += line(row);
    return text;
}

}  // namespace experiments
