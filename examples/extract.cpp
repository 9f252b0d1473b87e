// Observes every layer of a GPT-2 model while it runs prompts, with both recorders: one that the next prompt
// overwrites, and one that keeps them all. Prints what was recorded, and saves it if a file is named.
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

/// The prompts that are given, texts first.
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
    Latest<Qkv> latest;                // what the newest prompt gave, whole
    History<Q<Width, Heads>> queries;  // every prompt's query, and not the key and value beside it
    const auto projections = sites<Qkv>(model, "h.*.attn.c_attn");
    const auto watching = hooks.add(projections, latest);
    const auto collecting = hooks.add(projections, queries);

    const at::NoGradGuard no_gradients;
    for (const auto& prompt : prompts) run_with_hooks(model, hooks, prompt.batch());

    std::cout << "latest: the last prompt's " << layout_text(facts_of<Qkv>) << "\n";
    for (const auto& entry : latest)
        std::cout << "  " << entry.name() << "  " << shape_text(entry.view().sizes()) << ", of which Q "
                  << shape_text(entry.view().template get<Q>().sizes()) << "\n";
    std::cout << "history: " << queries.size() << " queries of " << prompts.size() << " prompts, "
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
    CLI::App app{"Records what every layer's fused query, key and value is while a GPT-2 model runs prompts."};
    app.add_option("--model,model", o.model, "a GPT-2 in Hugging Face's format")->default_str("the names model");
    app.add_option("--prompt", o.texts, "a prompt, as text; may be given several times");
    app.add_option("--ids", o.ids, "a prompt, as token ids: 2,1,0; may be given several times");
    app.add_option("--save", o.save, "write the queries to this safetensors file");
    CLI11_PARSE(app, argc, argv);
    try {
        const auto prompts = prompts_of(o);
        visit_gpt2(o.model, [&]<Index W, Index H>(Gpt2<W, H> model) { extract(o, prompts, model); });
    } catch (const std::exception& e) {
        std::cerr << "extract: " << e.what() << "\n";
        return 1;
    }
}
