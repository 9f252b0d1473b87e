// Records every layer of a GPT-2 model while it runs prompts, with both recorders: Latest, which the next prompt
// overwrites, and History, which keeps them all. Prints a summary of the records, and saves them if a file is given.
#include "shared/empty_values.hpp"
#include "shared/prompt.hpp"

#include <suture/gpt2/load.hpp>
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

template <Index Width, Index Heads>
void extract(const Options& o, const std::vector<examples::Prompt>& prompts, Gpt2<Width, Heads>& model) {
    using Qkv = Gpt2Qkv<Width, Heads>;
    HookSet hooks;
    Latest<Qkv> latest;                // everything from the last prompt
    History<Q<Width, Heads>> queries;  // only the query, from every prompt
    const auto projections = sites<Qkv>(model, "h.*.attn.c_attn");
    hooks.add(projections, latest);
    hooks.add(projections, queries);

    const at::NoGradGuard no_gradients;
    for (const auto& prompt : prompts) run_with_hooks(model, hooks, prompt.batch());

    std::cout << "latest: the last prompt's " << layout_text(facts_of<Qkv>) << "\n";
    for (const auto& entry : latest)
        std::cout << "  " << entry.name() << "  " << shape_text(entry.view().sizes()) << ", Q "
                  << shape_text(entry.view()[on<Q>()].sizes()) << "\n";
    std::cout << "history: " << queries.size() << " queries from " << prompts.size() << " prompts, "
              << queries.bytes_held() << " bytes\n";
    for (const auto& entry : queries)
        std::cout << "  " << entry.name() << ", pass " << entry.pass() << "  " << shape_text(entry.view().sizes())
                  << ", mean norm " << entry.view().norm(-1).mean().template item<double>() << "\n";

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
    CLI::App app{"Records the fused query, key and value of every layer of a GPT-2 model while it runs prompts."};
    app.add_option("--model,model", o.model, "a directory with a GPT-2 in Hugging Face's format")
        ->type_name("DIR")
        ->default_str("the names model");
    app.add_option("--prompt", o.texts, "a prompt, as text; repeat the option for more");
    app.add_option("--ids", o.ids, "a prompt, as token ids: 2,1,0; repeat the option for more");
    app.add_option("--save", o.save, "the safetensors file to write the queries to")->type_name("FILE");
    examples::refuse_empty_values(app);
    CLI11_PARSE(app, argc, argv);
    try {
        const auto prompts = prompts_of(o);
        visit_gpt2(o.model, [&]<Index W, Index H>(Gpt2<W, H> model) { extract(o, prompts, model); });
    } catch (const std::exception& e) {
        std::cerr << "extract: " << e.what() << "\n";
        return 1;
    }
}
