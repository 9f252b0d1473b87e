// Which heads of the names model move the name? Found by patching sweeps, and tested by removing them: a small finding
// that anyone can make again in a minute. The steps are in name_mover_finding.hpp.
#include "finding.hpp"
#include "report.hpp"
#include "shared/directory.hpp"
#include "shared/ids.hpp"
#include "shared/interrupt.hpp"
#include "shared/progress.hpp"
#include "text.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

namespace {
using namespace suture;
using namespace examples;

struct Arguments {
    std::string model = SUTURE_NAMES_MODEL, report, prompts = "240", seed = "1";
};

/// @throws ValueError if an option is out of its range
name_mover::Options options_of(const Arguments& arguments) {
    const auto read = [](const std::string& option, const std::string& text, Index least, Index most) {
        const Index number = number_of(option, text);
        if (number < least || number > most)
            throw ValueError(fmt::format("{} is {}: give {} to {}", option, number, least, most));
        return number;
    };
    name_mover::Options options;
    options.prompts = static_cast<std::size_t>(read("--prompts", arguments.prompts, 12, 100000));
    options.seed = static_cast<std::uint64_t>(read("--seed", arguments.seed, 0, 1'000'000'000));
    return options;
}

/// @throws FileError or ModelError if the directory has no model that knows the words of the task
names_task::NamesModel load(const std::filesystem::path& directory) {
    const std::filesystem::path file = directory / "vocab.json";
    const auto known = names_task::Vocabulary::read(file), task = names_task::Vocabulary::of_the_task();
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
    return names_task::load_names_model(directory);
}

/// Shows how far each kind of work is, and ends it when Ctrl-C was pressed.
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

name_mover::Finding investigate(names_task::NamesModel& names, const name_mover::Options& o) {
    Watch watch;
    return name_mover::investigate(names, o, [&](const auto&... progress) { watch(progress...); });
}

void print(const Arguments& arguments, const name_mover::Options& o, const name_mover::Finding& finding) {
    const name_mover::Triple& one = finding.triples.front();
    fmt::print(
        "model     {}\nprompts   {} to find the heads with, and {} new ones to test them; seed {}\n"
        "such as   {} -> {}\n"
        "or        {} -> {}: it differs in who is said again\n"
        "or        {} -> {}: it differs in who the answer is\n\n",
        arguments.model, o.prompts, o.prompts, o.seed, one.clean.text(), one.clean.answer, one.twin.text(),
        one.twin.answer, one.stranger.text(), one.stranger.answer);
    fmt::print(
        "Heads whose output at the last token, from a clean run, makes up for a tenth of the difference or more, and\n"
        "the next one; where they look from there, and how often each alone would raise a name above all, or lower "
        "it:\n"
        "\n{}\n",
        name_mover::terminal_text(name_mover::table_of_heads(finding)));
    fmt::print("New prompts, with heads removed at the last token (each hands on its mean):\n\n{}\n",
               name_mover::terminal_text(name_mover::table_of_removals(finding)));
    for (const std::string& sentence : name_mover::sentences_of(finding)) fmt::print("- {}\n", sentence);
    std::cout << std::flush;
}

void operate(const Arguments& arguments) {
    const name_mover::Options options = options_of(arguments);
    if (!arguments.report.empty()) make_writable(arguments.report, "--report");
    const names_task::OneThread one_thread;  // for the same sums in every run
    names_task::NamesModel names = load(arguments.model);
    const name_mover::Finding finding = investigate(names, options);
    print(arguments, options, finding);
    if (arguments.report.empty()) return;
    const WrittenReport written = name_mover::write_report(arguments.report, arguments.model, finding);
    fmt::print("\nreport    {}\n", written.page.string());
    if (!written.remedy.empty()) fmt::print("pictures  {}\n", written.remedy);
}
}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app{
        "Finds the heads of the names model that move the name, by patching sweeps, and tests the finding by "
        "removing them."};
    app.add_option("--model,model", arguments.model, "the directory of a model that train_names made")
        ->default_str("the names model");
    app.add_option("--prompts", arguments.prompts, "prompts to find the heads with; as many test them")
        ->capture_default_str();
    app.add_option("--seed", arguments.seed, "of the prompts, and of the random sets of heads")->capture_default_str();
    app.add_option("--report", arguments.report, "a directory for a page with heat maps, and their data");
    CLI11_PARSE(app, argc, argv);
    note_interrupts();
    try {
        operate(arguments);
        if (!std::cout.flush()) throw FileError("the results cannot be written: check where the output goes");
    } catch (const Interrupted&) {
        std::cerr << "name_mover: interrupted: no page was written\n";
        return Interrupted::exit_code;
    } catch (const std::exception& e) {
        std::cerr << "name_mover: " << e.what() << "\n";
        return was_interrupted() ? Interrupted::exit_code : 1;  // gnuplot hears of Ctrl-C too
    }
}
