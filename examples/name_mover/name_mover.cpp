// Which heads of the names model move the name? Patching sweeps find them and ablations test them: a small finding that
// anyone can reproduce in a minute. finding.hpp has the steps.
#include "finding.hpp"
#include "report.hpp"
#include "shared/directory.hpp"
#include "shared/empty_values.hpp"
#include "shared/ids.hpp"
#include "shared/interrupt.hpp"
#include "shared/one_thread.hpp"
#include "shared/progress.hpp"
#include "shared/prompt.hpp"
#include "shared/provenance.hpp"
#include "text.hpp"

#include <suture/model/fingerprint.hpp>
#include <suture/pretrained/load.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>

namespace {
using namespace suture;
using namespace examples;

struct Arguments {
    std::string model = SUTURE_NAMES_MODEL, report, prompts = "240", seed = "1", command;
};

/// @throws ValueError if an option is not a number within its bounds
name_mover::Options options_of(const Arguments& arguments) {
    name_mover::Options options;
    options.prompts = static_cast<std::size_t>(number_within("--prompts", arguments.prompts, 12, 100000));
    options.seed = static_cast<std::uint64_t>(number_within("--seed", arguments.seed, 0, 1'000'000'000));
    return options;
}

/// @throws FileError or ModelError unless the directory has a model of the names model's shape whose vocabulary has all words of the task
names::NamesModel load(const std::filesystem::path& directory) {
    const DecoderConfig config = pretrained::load(directory)->config();
    if (config.family != "gpt2" || config.width != name_mover::width || config.heads != name_mover::heads) {
        std::ostringstream is;
        is << config;
        throw ModelError(fmt::format(
            "{} has a {}, but name_mover needs the names model, a gpt2 of width {} with {} heads: give that, or "
            "one that train_names made; the program sweep takes every family",
            directory.string(), is.str(), name_mover::width, name_mover::heads));
    }
    const std::filesystem::path file = directory / "vocab.json";
    const auto known = names::Vocabulary::read(file), task = names::Vocabulary::of_the_task();
    for (std::size_t id = 0; id < task.size(); ++id) {
        const std::string& word = task.word_of(static_cast<Index>(id));
        try {
            (void)known.id_of(word);
        } catch (const ValueError&) {
            throw ModelError(
                fmt::format("{} lacks the word \"{}\" of the indirect-object task: give the names model, or one "
                            "that train_names made",
                            file.string(), word));
        }
    }
    return names::load_names_model(directory);
}

/// Shows the progress of each kind of work, and ends it after Ctrl-C.
class Watch {
public:
    void operator()(const std::string& what, std::size_t done, std::size_t all) {
        stop_if_interrupted();
        if (what != what_) line_.emplace(what_ = what, all);
        line_->show(done);
    }

private:
    std::string what_;
    std::optional<Progress> line_;
};

name_mover::Finding investigate(names::NamesModel& loaded, const name_mover::Options& o) {
    Watch watch;
    return name_mover::investigate(loaded, o, [&](const auto&... progress) { watch(progress...); });
}

void print(const Arguments& arguments, const name_mover::Options& o, const name_mover::Finding& finding) {
    const name_mover::Triple& one = finding.triples.front();
    fmt::print(
        "model     {}\nprompts   {} to find the heads, and {} new ones to test them; seed {}\n"
        "clean     {} -> {}\n"
        "twin      {} -> {}: differs in who is repeated\n"
        "stranger  {} -> {}: differs in who the answer is\n\n",
        model_name({arguments.model, "", ""}), o.prompts, o.prompts, o.seed, one.clean.text(), one.clean.answer,
        one.twin.text(), one.twin.answer, one.stranger.text(), one.stranger.answer);
    fmt::print(
        "Heads whose output at the last token, taken from the clean run, recovers at least a tenth of the difference,\n"
        "and the next head; the tokens that they attend to from there, and how often each head alone would make a "
        "name\nthe likeliest of all (raises), or the least likely (lowers):\n"
        "\n{}\n",
        name_mover::terminal_text(name_mover::table_of_heads(finding)));
    fmt::print("New prompts, with heads removed at the last token (the mean replaces their output):\n\n{}\n",
               name_mover::terminal_text(name_mover::table_of_removals(finding)));
    for (const std::string& sentence : name_mover::sentences_of(finding)) fmt::print("- {}\n", sentence);
    std::cout << std::flush;
}

void operate(const Arguments& arguments) {
    const name_mover::Options options = options_of(arguments);
    if (!arguments.report.empty()) {
        check_writable(arguments.report, "--report");
        check_replaceable(arguments.report, "name_mover", {page_name});
    }
    const examples::OneThread one_thread;  // so that sums are the same in every run
    names::NamesModel loaded = load(arguments.model);
    examples::stop_if_interrupted();
    const name_mover::Finding finding = investigate(loaded, options);
    print(arguments, options, finding);
    if (arguments.report.empty()) return;
    const WrittenReport written =
        name_mover::write_report(arguments.report, model_name({arguments.model, "", ""}), finding,
                                 {arguments.command, weights_fingerprint(loaded.model), std::to_string(options.seed)});
    fmt::print("\nreport    {}\n", written.page.string());
    if (!written.remedy.empty()) fmt::print("pictures  {}\n", written.remedy);
}
}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app{
        "Finds the heads of the names model that move the name, by patching sweeps, and tests the finding by ablating "
        "them."};
    app.add_option("--model,model", arguments.model, "the directory of a model made by train_names")
        ->type_name("DIR")
        ->default_str("the names model");
    app.add_option("--prompts", arguments.prompts,
                   "the number of prompts to find the heads, and of new ones to test them")
        ->type_name("INT")
        ->capture_default_str();
    app.add_option("--seed", arguments.seed, "the seed of the prompts and of the random sets of heads")
        ->type_name("INT")
        ->capture_default_str();
    app.add_option("--report", arguments.report, "a directory for a page with heat maps and their data")
        ->type_name("DIR");
    refuse_empty_values(app);
    CLI11_PARSE(app, argc, argv);
    arguments.command = examples::command_of("name_mover", argc, argv);
    note_interrupts();
    try {
        operate(arguments);
        if (!std::cout.flush()) throw FileError("the results cannot be written: check standard output");
    } catch (const Interrupted&) {
        return end_interrupted("name_mover", arguments.report);
    } catch (const std::exception& e) {
        if (was_interrupted()) return end_interrupted("name_mover", arguments.report);  // Ctrl-C reaches gnuplot too
        std::cerr << "name_mover: " << e.what() << "\n";
        return 1;
    }
}
