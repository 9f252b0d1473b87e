// Where does a language model keep the indirect object of a sentence, and which heads bring it to the last token? Two
// sweeps of SmolLM2-135M, exported by export_smollm2.py, draw the maps. See docs/exported.md.
#include "comparison.hpp"
#include "finding.hpp"
#include "maps.hpp"
#include "shared/directory.hpp"
#include "shared/empty_values.hpp"
#include "shared/illustrator.hpp"
#include "shared/interrupt.hpp"
#include "shared/one_thread.hpp"
#include "task.hpp"
#include "text.hpp"

#include <suture/exported/exported.hpp>
#include <suture/pictures/save.hpp>
#include <suture/tensor/error.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace {
using namespace indirect_object;

struct Arguments {
    std::filesystem::path directory, pictures;
    bool compares = false;
};

void draw(const Arguments& arguments, const Task& task, const Finding& finding) {
    examples::note_interrupts();
    examples::NewFiles files(arguments.pictures, "indirect_object");
    std::vector<pictures::Saved> all;
    for (const auto& [map, name] :
         {std::pair(stream_map(task, finding), "stream"), std::pair(heads_map(task, finding), "heads")}) {
        all.push_back(examples::save_picture(map, files, "", name));
    }
    files.publish();
    for (pictures::Saved& saved : all) {
        saved.script = files.place_of(saved.script.filename().string());
        fmt::print("picture    {}\n",
                   saved.drawn ? files.place_of(saved.svg.filename().string()).string() : saved.remedy());
    }
}

void print_comparisons(const Arguments& arguments, const Exported& model, const Task& task, const Finding& finding) {
    for (const auto& [grid, name] :
         {std::pair(stream_grid(model), "stream"), std::pair(heads_grid(model, task.heads), "heads")}) {
        const Comparison c = compare(model, task, grid);
        fmt::print(
            "{:<10} {} cells of the first pair in {:.2f} s; by one forward pass per cell {:.2f} s, {:.0f} times as "
            "long; numbers at most {:.1e} apart\n",
            name, c.cells, c.seconds, c.plain_seconds, c.plain_seconds / c.seconds, c.apart);
        std::cout << std::flush;
    }
    const std::filesystem::path python = arguments.directory / "python.safetensors";
    if (!std::filesystem::exists(python)) return;
    const Agreement a = agreement_with(python, finding);
    fmt::print("{:<10} logit differences at most {:.1e} apart, shares recovered in {} cells at most {:.1e}\n", "Python",
               a.logits, a.cells, std::max(a.stream, a.heads));
}

void operate(const Arguments& arguments) {
    if (!arguments.pictures.empty()) examples::check_writable(arguments.pictures, "--pictures");
    const examples::OneThread one_thread;  // so that sums are the same in every run
    const Task task = read_task(arguments.directory / "prompts.safetensors");
    const Exported model = suture::exported::load(arguments.directory / "model.pt2");
    const Finding finding = investigate(model, task);
    fmt::print("{}\nThe share of the difference that the residual stream recovers, patched at one token:\n\n{}\n",
               task_text(model, task, finding), stream_table(task, finding));
    if (!finding.found.empty())
        fmt::print(
            "Heads whose output at the last token recovers at least a tenth of it, or leads as far away:\n\n{}\n",
            heads_table(finding));
    for (const std::string& sentence : sentences_of(task, finding)) fmt::print("- {}\n", sentence);
    std::cout << std::flush;
    if (!arguments.pictures.empty()) draw(arguments, task, finding);
    if (arguments.compares) print_comparisons(arguments, model, task, finding);
}
}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app{
        "Maps where an exported LLaMA keeps the indirect object of a sentence, and which heads bring it to the "
        "last token."};
    app.add_option("directory", arguments.directory, "model.pt2 and prompts.safetensors of export_smollm2.py")
        ->type_name("DIR")
        ->required();
    app.add_option("--pictures", arguments.pictures, "a directory for the maps as pictures")->type_name("DIR");
    app.add_flag("--compare", arguments.compares,
                 "compare the sweeps with one forward pass per cell, which takes a minute, and with Python's numbers");
    examples::refuse_empty_values(app);
    CLI11_PARSE(app, argc, argv);
    try {
        operate(arguments);
        if (!std::cout.flush()) throw suture::FileError("the results cannot be written: check standard output");
    } catch (const examples::Interrupted&) {
        return examples::end_interrupted("indirect_object", arguments.pictures);
    } catch (const std::exception& e) {
        std::cerr << "indirect_object: " << e.what() << "\n";
        return 1;
    }
}
