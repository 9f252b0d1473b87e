// Patches one activation of a model after another, layer by layer, token by token, head by head. Prints how much
// each place matters for the answer, and writes the numbers and a heat map. Several processes share the work if a
// launcher such as torchrun sets RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT:
//
//     torchrun --no_python --nproc_per_node 4 sweep --out results
//
#include "command.hpp"
#include "grid.hpp"
#include "prompts.hpp"
#include "report.hpp"
#include "shared/directory.hpp"
#include "shared/ids.hpp"
#include "shared/interrupt.hpp"
#include "shared/model.hpp"
#include "shared/one_thread.hpp"
#include "together.hpp"

#include <suture/model/fingerprint.hpp>
#include <suture/sweep/sweep.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace {
using namespace suture;
using namespace sweep_program;
using distributed::Group;
using examples::Interrupted;
using examples::number_within;

SweepOptions options_of(const SweepCommand& c) {
    SweepOptions options;
    options.batch = number_within("--batch", c.batch, 1, 1'000'000'000);
    options.memory = static_cast<std::size_t>(number_within("--memory", c.memory, 1, 1'000'000'000)) << 20;
    options.share = c.share;
    options.attribution = c.attribution;
    if (c.plain) options.optimisations = Optimisations::none();
    return options;
}

SweepReport swept(Group& group, const SweepCommand& c, const PromptPairs& pairs, Decoder model) {
    const at::NoGradGuard no_gradients;
    const Patching patching = patching_of(c.direction, pairs);
    const Grid grid = grid_of(c, model, pairs.tokens());
    const auto last_logits = [&](const at::Tensor& ids) { return model->forward(ids).select(0, 0).select(0, -1); };
    const Answers answers = AnswerReader(c, pairs, model->config().vocabulary, last_logits).read();
    const auto run = [&](const SweepOptions& options) {
        return sweep(model, patching, grid, metric_of(c.metric, answers), options);
    };
    const SweepOptions options = options_of(c);
    group.agree("model", fmt::format("{:x}", weights_fingerprint(model)));
    examples::make_writable(c.out, "--out");
    examples::check_replaceable(c.out, "sweep", {"sweep.csv", "sweep.safetensors", "heat-map.svg", "heat-map.png"});
    return {c, pairs, answers,
            fmt::format("{} layers, {} heads of {}", model->config().layers, model->config().heads,
                        model->config().head_width),
            sweep_together(group, c.out, c.resume, options, run)};
}

void operate(Group& group, const SweepCommand& command) {
    const PromptPairs pairs = PromptPairs::read(command);
    const SweepReport report = swept(group, command, pairs, examples::load_model(command.model, command.dtype));
    if (group.rank() == 0) std::cout << summary_text(report) << "\n" << save_report(report) << "\n";
    if (!std::cout.flush()) throw FileError("the results cannot be written: check standard output");
}
}  // namespace

int main(int argc, char** argv) {
    SweepCommand command;
    CLI::App app{"Patches one activation of a model after another and measures the effect of each on the answer."};
    command.add_to(app);
    CLI11_PARSE(app, argc, argv);
    examples::note_interrupts();
    std::string self = "sweep";
    const std::string kept = "finished cells are kept in " + command.out.string();
    try {
        const auto limit = std::chrono::seconds(number_within("--limit", command.limit, 2, 86'400));
        const std::unique_ptr<Group> group = group_for({limit, kept + ": start again with --resume"});
        if (!group) return 0;
        if (group->size() > 1) self += ", " + fmt::format("rank {} of {}", group->rank(), group->size());
        group->agree("command line", fmt::format("{}", fmt::join(argv + 1, argv + argc, " ")));
        std::optional<examples::OneThread> one_thread;  // so that sums are the same in every process
        if (!command.all_threads) one_thread.emplace();
        operate(*group, command);
        group->leave();
    } catch (const Interrupted&) {
        std::cerr << self << ": interrupted: " << kept << ": run the same command with --resume to finish\n";
        return Interrupted::exit_code();
    } catch (const std::exception& e) {
        std::cerr << self << ": " << e.what() << "\n";
        return examples::was_interrupted() ? Interrupted::exit_code() : 1;  // Ctrl-C reaches gnuplot too
    }
}
