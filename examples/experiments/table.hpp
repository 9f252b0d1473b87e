// The experiments' results in words: what the model predicts, and how far the answer is above its rival.
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

namespace examples {

/// A row of the table of experiments.
struct Row {
    std::string name, sentence, predictions, difference;
};

/// "Mary 98 %, John 1 %, Tom 0 %", from logits [vocabulary].
inline std::string predictions_of(const at::Tensor& logits, const Prompt& prompt, Index most = 3) {
    const auto [likely, ids] = logits.softmax(-1).topk(std::min(most, logits.size(-1)));
    std::string text;
    for (Index i = 0; i < ids.size(0); ++i)
        text += fmt::format("{}{} {:.1f} %", i ? ", " : "", prompt.word(ids[i].item<Index>()),
                            100 * likely[i].item<double>());
    return text;
}

/// The logits [vocabulary] that follow the prompt's last token.
inline at::Tensor last_of(const at::Tensor& logits) { return logits.select(0, 0).select(0, -1); }

inline double difference_of(const at::Tensor& logits, const Question& question) {
    const at::Tensor last = last_of(logits);
    return last[question.answer].sub(last[question.other]).item<double>();
}

inline std::vector<Row> rows_of(const std::vector<experiments::Result>& results, const Prompt& prompt,
                                const Question& question) {
    std::vector<Row> rows;
    for (const experiments::Result& result : results)
        rows.push_back({(result.experiment > 0 ? std::to_string(result.experiment) + "  " : "   ") + result.name,
                        result.sentence, predictions_of(last_of(result.logits), prompt),
                        fmt::format("{:+.2f}", difference_of(result.logits, question))});
    return rows;
}

/// As a program prints it, a line a row, in columns.
inline std::string table_text(const std::vector<Row>& rows) {
    std::size_t names = 10, sentences = 12, predictions = 8;
    for (const Row& row : rows) {
        names = std::max(names, row.name.size());
        sentences = std::max(sentences, row.sentence.size());
        predictions = std::max(predictions, row.predictions.size());
    }
    const auto line = [&](const Row& row) {
        return fmt::format("{:<{}}  {:<{}}  {:<{}}  {:>10}\n", row.name, names, row.sentence, sentences,
                           row.predictions, predictions, row.difference);
    };
    std::string text = line({"   experiment", "what is done", "predicts", "difference"});
    for (const Row& row : rows) text += line(row);
    return text;
}

}  // namespace examples
