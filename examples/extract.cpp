// Records every layer of a model while it runs prompts, with both recorders: Latest, which the next prompt
// overwrites, and History, which keeps them all. Prints a summary of the records, and saves them if a file is given.
#include "shared/empty_values.hpp"
#include "shared/model.hpp"
#include "shared/prompt.hpp"

#include <suture/record/history.hpp>
#include <suture/record/latest.hpp>
#include <suture/record/spill.hpp>
#include <suture/suture.hpp>

#include <CLI/CLI.hpp>
#include <range/v3/numeric/accumulate.hpp>
#include <range/v3/view/transform.hpp>

#include <iostream>
#include <string>
#include <vector>

namespace {
using namespace suture;

struct Options {
    std::string model = examples::names_model, save;
    std::vector<std::string> texts, ids;
};

/// The given prompts, texts first.
std::vector<examples::Prompt> prompts_of(const Options& o) {
    std::vector<examples::Prompt> prompts;
    for (const std::string& text : o.texts) prompts.push_back(examples::Prompt::read({o.model, text, ""}));
    for (const std::string& ids : o.ids) prompts.push_back(examples::Prompt::read({o.model, "", ids}));
    if (prompts.empty()) prompts.push_back(examples::Prompt::read({o.model, "", ""}));
    return prompts;
}

void extract(const Options& o, const std::vector<examples::Prompt>& prompts, Decoder model) {
    using Qkv = DecoderAttentionImpl::Qkv;
    HookSet hooks;
    Latest<Qkv> latest;                              // everything from the last prompt
    History<DecoderAttentionImpl::Queries> queries;  // only the query, from every prompt
    const auto projections = model->qkv_sites();
    hooks.add(projections, latest);
    hooks.add(projections, queries);

    const at::NoGradGuard no_gradients;
    for (const auto& prompt : prompts) run_with_hooks(model, hooks, prompt.batch());

    std::cout << "latest: the last prompt's " << projections.front().extents() << "\n";
    for (const auto& entry : latest)
        std::cout << "  " << entry.name() << "  " << shape_text(entry.view().sizes()) << ", Q "
                  << shape_text(entry.view()[on<Q>()].sizes()) << "\n";
    std::cout << "history: " << queries.size() << " queries from " << prompts.size() << " prompts, "
              << queries.bytes_held() << " bytes\n";
    for (const auto& entry : queries)
        std::cout << "  " << entry.name() << ", pass " << entry.pass() << "  " << shape_text(entry.view().sizes())
                  << ", mean norm " << entry.view().norm(-1).mean().item<double>() << "\n";

    const auto tokens =
        queries.of(0) | ranges::views::transform([](const auto& entry) { return entry.view().size(-2); });
    std::cout << "layer 0 saw " << ranges::accumulate(tokens, Index{0}) << " tokens\n";
    if (!o.save.empty()) {
        spill(queries, o.save);
        std::cout << "saved to " << o.save << "; in memory: " << queries.bytes_held() << " bytes\n";
    }
}
}  // namespace

int main(int argc, char** argv) {
    Options o;
    CLI::App app{"Records the queries, keys and values of every layer of a model while it runs prompts."};
    app.add_option("--model,model", o.model, "a directory with a model in Hugging Face's format")
        ->type_name("DIR")
        ->default_str("the names model");
    app.add_option("--prompt", o.texts, "a prompt, as text; repeat the option for more");
    app.add_option("--ids", o.ids, "a prompt, as token ids: 2,1,0; repeat the option for more");
    app.add_option("--save", o.save, "the safetensors file to write the queries to")->type_name("FILE");
    examples::refuse_empty_values(app);
    CLI11_PARSE(app, argc, argv);
    try {
        const auto prompts = prompts_of(o);
        extract(o, prompts, examples::load_model(o.model));
    } catch (const std::exception& e) {
        std::cerr << "extract: " << e.what() << "\n";
        return 1;
    }
}
