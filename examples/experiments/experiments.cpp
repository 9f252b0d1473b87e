// Runs six experiments on a model, prints the effect of each on the prediction, and writes a report with pictures
// of the model's activations. The experiments themselves are in experiments.hpp.
#include "experiments.hpp"
#include "experiments/mistake/what_the_compiler_says.hpp"
#include "harvest.hpp"
#include "names/evaluation.hpp"
#include "patching.hpp"
#include "report.hpp"
#include "shared/directory.hpp"
#include "shared/empty_values.hpp"
#include "shared/interrupt.hpp"
#include "shared/model.hpp"
#include "shared/prompt.hpp"
#include "shared/provenance.hpp"
#include "table.hpp"

#include <suture/model/fingerprint.hpp>

#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

namespace {
using namespace experiments;
using examples::Interrupted;
using examples::number_of;
using examples::Prompt;

struct Options {
    examples::Subject subject;
    std::string dtype = "float32", layer = "1", token = "-1", corrupted, answer, other, report, command;
};

/// The answer and the token it is compared with: by default the two likeliest after the clean run, or Mary and John for
/// the names model's own prompt.
Question question_of(const Options& o, const Prompt& prompt, const at::Tensor& clean) {
    const at::Tensor likeliest = std::get<1>(last_of(clean).topk(2));
    Question question{likeliest[0].item<Index>(), likeliest[1].item<Index>()};
    if (examples::is_names_model(o.subject) && prompt.is_default()) question.other = prompt.id_of("--other", "John");
    const auto named = [&](const char* option, const std::string& word, Index& id) {
        if (word.empty()) return;
        id = prompt.id_of(option, word);
        if (id < 0 || id >= clean.size(-1))
            throw ValueError(std::string(option) + " " + word + " is outside the vocabulary of " +
                             std::to_string(clean.size(-1)) + ": give a token of the model");
    };
    named("--answer", o.answer, question.answer);
    named("--other", o.other, question.other);
    if (question.answer == question.other)
        throw ValueError("--answer and --other are the same token, '" + prompt.word(question.answer) +
                         "': give two different tokens to compare");
    return question;
}

/// The place to edit. @throws ModelError or ValueError if the model or the prompt does not have it
Target target_of(const Options& o, Index layers, const Prompt& prompt) {
    if (layers < 3) throw ModelError("the experiments edit layers 0 to 2: give a model with at least three layers");
    const Index layer = number_of("--layer", o.layer), token = number_of("--token", o.token);
    const auto tokens = static_cast<Index>(prompt.ids().size());
    if (layer < 0 || layer >= layers)
        throw ValueError("--layer " + o.layer + " is outside the model, which has " + std::to_string(layers) +
                         " layers: count from 0");
    if (token < -tokens || token >= tokens)
        throw ValueError("--token " + o.token + " is outside the prompt, which has " + std::to_string(tokens) +
                         " tokens: count from 0, or from -1 for the last");
    return {static_cast<std::size_t>(layer), token};
}

/// The prompts for statistics: held-out prompts of the names model's task, or for another model the given prompt.
struct Sample {
    std::vector<at::Tensor> prompts;
    std::string text, seed = "none";
};
Sample sample_of(const Options& o, const Prompt& prompt) {
    if (!examples::is_names_model(o.subject) || !prompt.is_default()) return {{prompt.batch()}, "this prompt"};
    constexpr std::size_t count = 48;
    Sample sample{{},
                  fmt::format("{} prompts of the names model's task with pairs of names held out from training", count),
                  std::to_string(names::evaluation_seed)};
    for (const names::Prompt& drawn : names::evaluation_prompts(count))
        sample.prompts.push_back(prompt.batch_of(drawn.text()));
    return sample;
}

/// The effect of the first experiment, which makes no prediction, on the activation that it splits: an audit in words.
std::string damage_by_mistake(Decoder& model, const at::Tensor& ids, const Target& at) {
    HookSet hooks;
    Latest<Qkv> clean;
    hooks.add(projections(model)[at.layer], clean);
    run_with_hooks(model, hooks, ids);
    const at::Tensor source = clean[0].clone();
    const Extents<Qkv> packed = projections(model)[at.layer].extents();
    (void)write_a_split_view(source, packed, at);
    return to_string(audit(clean[0], borrow(source, packed)));
}

void print(const Prompt& prompt, const ReportText& text, const std::vector<Row>& rows) {
    std::cout << "prompt       " << prompt.text() << "\ndifference   logits of " << text.asked << "\n\n"
              << "the mistake  writes a part of a split activation. With LibTorch nothing raises, but the clean\n"
              << "             activation to compare with is no longer clean:\n             " << text.damage << ".\n"
              << "             With suture it does not compile:\n             " << text.sentence << "\n\n"
              << table_text(rows);
    if (text.tokens == 1)
        std::cout << "\na single token attends only to itself, so no edit of queries or keys can change anything: give "
                     "a longer prompt\n";
    std::cout << std::flush;
}

/// The map of the places that the answer depends on.
/// @throws ValueError if the corrupted prompt cannot be compared with this one
PatchingMap map_of(const Options& o, const Prompt& prompt, Decoder& model, const Question& question) {
    const bool is_default = examples::is_names_model(o.subject) && prompt.is_default();
    const std::string text = o.corrupted.empty() && is_default ? examples::names_corrupted_prompt : o.corrupted;
    SweepOptions options;
    options.progress = [](const SweepProgress&) { examples::stop_if_interrupted(); };
    if (text.empty()) return ablation_map(model, prompt.batch(), question, options);
    const Prompt corrupted = prompt.beside("--corrupted", text);
    if (corrupted.ids().size() != prompt.ids().size())
        throw ValueError(fmt::format("--corrupted has {} tokens, but the prompt has {}: give prompts of one length",
                                     corrupted.ids().size(), prompt.ids().size()));
    const double clean = difference_of(model->forward(prompt.batch()), question),
                 other = difference_of(model->forward(corrupted.batch()), question);
    if (std::abs(clean - other) < 1e-6)
        throw ValueError(
            fmt::format("--corrupted gives the same logit difference as the prompt, {:.2f}: give a prompt with another "
                        "answer",
                        clean));
    return patching_map(model, prompt.batch(), corrupted.batch(), corrupted.text(), question, options);
}

/// @throws ModelError unless queries and keys have the channels that the experiments edit
void check_channels(const Decoder& model) {
    const Extents<Qkv> packed = projections(model).front().extents();
    if (packed.offset<V>() - packed.offset<K>() < 10)
        throw ModelError("the experiments edit ten channels of a key, but the model's keys have " +
                         std::to_string(packed.offset<V>() - packed.offset<K>()) + ": give a larger model");
}

void operate(const Options& o, const Prompt& prompt, Decoder model) {
    const Target at = target_of(o, model->config().layers, prompt);
    check_channels(model);
    if (!o.report.empty()) {
        examples::check_writable(o.report, "--report");
        examples::check_replaceable(o.report, "experiments", {examples::page_name});
    }
    examples::stop_if_interrupted();
    const at::NoGradGuard no_gradients;
    const at::Tensor ids = prompt.batch();
    const auto results = run_all(model, ids, at);
    const at::Tensor& clean = results.front().logits;
    if (!clean.isfinite().all().item<bool>())
        throw ModelError(o.subject.model + ": the logits of the clean run are not finite: check the weights");

    const Question question = question_of(o, prompt, clean);
    const std::vector<Row> rows = rows_of(results, prompt, question);
    const ReportText text{examples::model_name(o.subject),
                          prompt.quoted(question.answer) + " - " + prompt.quoted(question.other),
                          damage_by_mistake(model, ids, at), what_the_compiler_says, prompt.ids().size()};
    examples::stop_if_interrupted();
    if (o.report.empty()) return print(prompt, text, rows);
    const PatchingMap map = map_of(o, prompt, model, question);
    print(prompt, text, rows);
    const Sample sample = sample_of(o, prompt);
    const examples::WrittenReport written =
        write_report(o.report, text, prompt, at, rows, harvest(model, ids, question),
                     {first_token_and_rest(model, sample.prompts), sample.text}, map,
                     {o.command, weights_fingerprint(model), sample.seed});
    if (map.heads)
        std::cout << "\n- " << sentence_of_stream(map, prompt.words()) << "\n- " << sentence_of_heads(map) << "\n";
    std::cout << "\nreport       " << written.page.string() << "\n";
    if (!written.remedy.empty()) std::cout << "pictures     " << written.remedy << "\n";
}
}  // namespace

int main(int argc, char** argv) {
    Options o;
    CLI::App app{
        "Runs six experiments on the queries, keys and values of a model, from a mistake that is easily made "
        "by hand to a board of replacements."};
    o.subject.add_to(app);
    examples::add_dtype_to(app, o.dtype);
    app.add_option("--layer", o.layer, "the layer to edit, counted from 0")->type_name("INT")->capture_default_str();
    app.add_option("--token", o.token, "the position to edit; -1 is the last")->type_name("INT")->capture_default_str();
    auto* const report =
        app.add_option("--report", o.report, "a directory for a page with pictures and their data")->type_name("DIR");
    app.add_option("--corrupted", o.corrupted,
                   "a prompt of the same length with another answer, as text or (with --ids) as token ids, for the map "
                   "of activation patching in the report")
        ->needs(report);
    app.add_option("--answer", o.answer, "the token whose logit is compared; by default the likeliest");
    app.add_option("--other", o.other,
                   "the token that it is compared with; by default the second likeliest, or John without a prompt");
    examples::refuse_empty_values(app);
    CLI11_PARSE(app, argc, argv);
    o.command = examples::command_of("experiments", argc, argv);
    examples::note_interrupts();
    try {
        Prompt::check_model(o.subject);
        const Decoder model = examples::load_model(o.subject.model, o.dtype);
        operate(o, Prompt::read(o.subject), model);  // a broken model is reported before a missing prompt
        if (!std::cout.flush()) throw FileError("the results cannot be written: check standard output");
    } catch (const Interrupted&) {
        return examples::end_interrupted("experiments", o.report);
    } catch (const std::exception& e) {
        if (examples::was_interrupted())  // Ctrl-C reaches gnuplot too
            return examples::end_interrupted("experiments", o.report);
        std::cerr << "experiments: " << e.what() << "\n";
        return 1;
    }
}
