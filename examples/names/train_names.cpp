// Trains the names model, a small GPT-2 that does the indirect-object task, and prints how well it does on pairs of
// names that it never saw together. See docs/names-model.md.
#include "evaluation.hpp"
#include "names_model.hpp"
#include "shared/directory.hpp"
#include "shared/empty_values.hpp"
#include "shared/ids.hpp"
#include "shared/interrupt.hpp"
#include "shared/progress.hpp"
#include "training.hpp"

#include <suture/gpt2/save.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

namespace {
using namespace names;

/// The program that training.json names. The number increases whenever the same options give another model.
constexpr const char* program = "train_names 1";
constexpr std::size_t evaluated_prompts = 1920;

/// The mean of the last hundred losses: that of a single step depends too much on its sentences.
class RecentLoss {
public:
    void add(double loss) {
        losses_.push_back(loss);
        if (losses_.size() > 100) losses_.pop_front();
    }
    double mean() const {
        return std::accumulate(losses_.begin(), losses_.end(), 0.0) / static_cast<double>(losses_.size());
    }

private:
    std::deque<double> losses_;
};

std::size_t parameters_of(const Model& model) {
    std::size_t count = 0;
    for (const at::Tensor& parameter : model->parameters()) count += static_cast<std::size_t>(parameter.numel());
    return count;
}

std::string training_json(const TrainingOptions& options, const Model& model, double training_loss,
                          const Report& report) {
    const nlohmann::ordered_json held_out{{"prompts", report.all.prompts},
                                          {"accuracy", report.all.accuracy},
                                          {"accuracy_abba", report.abba.accuracy},
                                          {"accuracy_baba", report.baba.accuracy},
                                          {"accuracy_of_pairs", report.accuracy_of_pairs},
                                          {"logit_difference", report.all.logit_difference},
                                          {"answer_loss", report.all.loss},
                                          {"token_loss", report.token_loss}};
    const nlohmann::ordered_json fields{{"program", program},
                                        {"steps", options.steps},
                                        {"seed", options.seed},
                                        {"batch_size", batch_size},
                                        {"parameters", parameters_of(model)},
                                        {"training_loss", training_loss},
                                        {"held_out", held_out}};
    return fields.dump(2) + "\n";
}

// ---- figures ------------------------------------------------------------------------------------------------

void print_row(const std::string& what, const Figures& figures) {
    std::printf("%-46s %7zu %9.2f %% %10.2f %12.5f\n", what.c_str(), figures.prompts, 100 * figures.accuracy,
                figures.logit_difference, figures.loss);
}

std::string name_of(Variant variant) {
    switch (variant) {
        case Variant::plain:
            return "plain";
        case Variant::clause:
            return "with a clause";
        case Variant::third_name:
            return "with a third name, once";
        default:
            return "with a third name, twice";
    }
}

/// The number of the pattern, and its first words.
std::string name_of(std::size_t pattern) {
    return std::to_string(pattern) + ": " + std::string(patterns[pattern].substr(0, 36)) + " ...";
}

void print_figures(NamesModel& trained) {
    const std::vector<Prompt> prompts = evaluation_prompts(evaluated_prompts);
    const auto ask = [&](auto&& run) { return outcomes_of(prompts, trained.vocabulary, run); };
    const auto outcomes = ask([&](const at::Tensor& ids) { return trained.model->forward(ids); });
    const auto print_those = [&](const std::string& what, auto&& wanted) {
        print_row(what, figures_of(prompts, outcomes, wanted));
    };
    std::printf("%-46s %7s %11s %10s %12s\n", "held-out pairs", "prompts", "accuracy", "difference", "answer loss");
    print_row("all", figures_of(prompts, outcomes));
    print_row("answer first (ABBA)", figures_of(prompts, outcomes, Order::abba));
    print_row("subject first (BABA)", figures_of(prompts, outcomes, Order::baba));
    for (const Variant variant : variants)
        print_those(name_of(variant), [&](const Prompt& prompt) { return prompt.variant == variant; });
    for (std::size_t pattern = 0; pattern < patterns.size(); ++pattern)
        print_those(name_of(pattern), [&](const Prompt& prompt) { return prompt.pattern == pattern; });
    for (std::size_t layer = 0; layer < trained.model->blocks.size(); ++layer) {
        const auto cut = ask([&](const at::Tensor& ids) { return without_last_query(trained.model, layer, ids); });
        print_row("Q[token -1] = 0 in layer " + std::to_string(layer), figures_of(prompts, cut));
    }
    const double of_pairs = accuracy_of_pairs(outcomes),
                 of_tokens = token_loss(trained.model, trained.vocabulary, prompts);
    std::printf("prompt and twin both right: %.2f %%; loss of all tokens: %.5f\n", 100 * of_pairs, of_tokens);
}

// ---- training -----------------------------------------------------------------------------------------------

struct Options {
    std::string out = "names-model", check;
    TrainingOptions training;
};

/// Trains a model and shows the progress. An interrupt ends the training early.
NamesModel trained_model(const TrainingOptions& options, RecentLoss& loss) {
    const Vocabulary vocabulary = Vocabulary::of_the_task();
    const examples::Progress progress("step", static_cast<std::size_t>(options.steps));
    const Model model = train(vocabulary, options, [&](Index step, double of_step) {
        loss.add(of_step);
        if (step % 10 == 0)
            progress.show(static_cast<std::size_t>(step) + 1, fmt::format(", loss {:.4f}", loss.mean()));
        return !examples::was_interrupted();
    });
    return {model, vocabulary};
}

int end_interrupted(const Options& o) {
    std::cerr << "train_names: interrupted: no file of " << o.out << " was changed\n";
    return examples::Interrupted::exit_code();
}

/// Trains and writes a model. Returns the exit code of the program.
int train_and_save(const Options& o) {
    examples::check_writable(o.out, "--out");
    examples::note_interrupts();
    RecentLoss loss;
    NamesModel trained = trained_model(o.training, loss);
    if (examples::was_interrupted()) return end_interrupted(o);
    const Report report = evaluate(trained, evaluated_prompts);
    if (examples::was_interrupted()) return end_interrupted(o);
    suture::gpt2::save(o.out, trained.model,
                       {{"vocab.json", trained.vocabulary.json()},
                        {"training.json", training_json(o.training, trained.model, loss.mean(), report)}});
    std::cout << o.out << ": " << o.training.steps << " steps, seed " << o.training.seed << ", "
              << parameters_of(trained.model) << " parameters, loss " << loss.mean() << "\n";
    print_figures(trained);
    return 0;
}

/// @throws suture::ValueError if the text is not an integer, or below the least value
Index number_from(const std::string& option, const std::string& text, Index least) {
    const Index number = examples::number_of(option, text);
    if (number >= least) return number;
    throw suture::ValueError(option + " " + text + " is too small: give " + std::to_string(least) + " or more");
}

int run(const Options& o) {
    if (o.check.empty()) return train_and_save(o);
    NamesModel checked = load_names_model(o.check);
    print_figures(checked);
    return 0;
}
}  // namespace

int main(int argc, char** argv) {
    Options o;
    std::string steps = std::to_string(o.training.steps), seed = std::to_string(o.training.seed);
    CLI::App app{"Trains a small GPT-2 on the indirect-object task, or checks a trained one."};
    const auto check =
        app.add_option("--check", o.check, "evaluate the model in this directory instead of training one")
            ->type_name("DIR");
    app.add_option("--out", o.out, "the directory to write the model to")
        ->type_name("DIR")
        ->capture_default_str()
        ->excludes(check);
    app.add_option("--steps", steps, "the number of steps, of 64 sentences each")
        ->type_name("INT")
        ->capture_default_str()
        ->excludes(check);
    app.add_option("--seed", seed, "the seed of the weights and the sentences")
        ->type_name("INT")
        ->capture_default_str()
        ->excludes(check);
    examples::refuse_empty_values(app);
    CLI11_PARSE(app, argc, argv);
    try {
        o.training.steps = number_from("--steps", steps, 1);
        o.training.seed = static_cast<std::uint64_t>(number_from("--seed", seed, 0));
        return run(o);
    } catch (const std::exception& e) {
        std::cerr << "train_names: " << e.what() << "\n";
        return 1;
    }
}
