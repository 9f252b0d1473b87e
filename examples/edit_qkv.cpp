// Loads a model, runs a prompt with and without one edit of a layer's queries, keys and values, and prints what
// changes in the activation and in the predictions.
#include "shared/empty_values.hpp"
#include "shared/ids.hpp"
#include "shared/model.hpp"
#include "shared/prompt.hpp"

#include <suture/suture.hpp>

#include <CLI/CLI.hpp>
#include <range/v3/view/enumerate.hpp>

#include <fmt/format.h>

#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace {
using namespace suture;

/// Queries, keys and values side by side.
using Qkv = DecoderAttentionImpl::Qkv;

struct Options {
    examples::Subject subject;
    Index layer = 0, token = 0;
    std::string component = "Q";
    double set = 0;
};

/// Sets the first ten channels of a component at one token. Channels are known at compile time, tokens at run time.
template <template <Index, Index> class Component>
auto edit_of(const Options& o) {
    return on<Component>(token(o.token), dims<0, 10>).set(o.set);
}

/// One pass: the activation of a layer, after the edit if there is one, and the logits.
struct Pass {
    at::Tensor qkv, logits;
};

Pass run(Decoder& model, const at::Tensor& ids, Index layer, HookSet hooks) {
    Pass pass;
    hooks.add(model->blocks[static_cast<std::size_t>(layer)]->attn->qkv_site(),
              [&](const View<Qkv>& seen) { pass.qkv = seen.clone(); });
    pass.logits = run_with_hooks(model, hooks, ids);
    return pass;
}

void print_predictions(const examples::Prompt& prompt, const Pass& before, const Pass& after) {
    const auto predicted = [&prompt](const at::Tensor& logits) {
        const Index top = logits.argmax().item<Index>();
        return fmt::format("{} ({:.4f})", prompt.word(top), logits[top].item<double>());
    };
    fmt::print("\nposition  {:<12}  {:<22}  {:<22}  largest change of a logit\n", "token", "predicted before",
               "predicted after");
    for (const auto& [position, id] : ranges::views::enumerate(prompt.ids())) {
        const auto at_position = [p = static_cast<Index>(position)](const at::Tensor& logits) {
            return logits.select(0, 0).select(0, p);
        };
        const at::Tensor a = at_position(before.logits), b = at_position(after.logits);
        const bool same = a.argmax().equal(b.argmax());
        fmt::print("{:>8}  {:<12}  {:<22}  {:<22}  {:.4g}{}\n", position, prompt.word(id), predicted(a), predicted(b),
                   b.sub(a).abs().max().item<double>(), same ? "" : "   <- prediction changed");
    }
}

template <template <Index, Index> class Component>
void report(const Options& o, const examples::Prompt& prompt, Decoder& model) {
    const at::Tensor ids = prompt.batch();
    const auto recipe = edit_of<Component>(o);
    const SiteRef<Qkv> site = model->blocks[static_cast<std::size_t>(o.layer)]->attn->qkv_site();

    HookSet hooks;
    hooks.add(site, recipe);
    const Pass before = run(model, ids, o.layer, HookSet());
    const Pass after = run(model, ids, o.layer, std::move(hooks));

    std::cout << "edit     " << site.name() << ": " << recipe << "\n";
    std::cout << "changed  " << audit(borrow(before.qkv, site.extents()), borrow(after.qkv, site.extents())) << "\n";
    print_predictions(prompt, before, after);
}

void operate(const Options& o, const examples::Prompt& prompt, Decoder model) {
    const at::NoGradGuard no_gradients;
    std::cout << "model    " << o.subject.model << ": " << model->config() << "\n"
              << "layout   " << describe(model->blocks[0]->attn->qkv_site().extents().facts());
    if (o.component == "Q")
        report<Q>(o, prompt, model);
    else if (o.component == "K")
        report<K>(o, prompt, model);
    else
        report<V>(o, prompt, model);
}
}  // namespace

int main(int argc, char** argv) {
    Options o;
    std::string layer = "1", token = "-1";
    CLI::App app{"Edits the query, key or value of one layer of a model and prints what changes."};
    o.subject.add_to(app);
    app.add_option("--layer", layer, "the layer to edit, counted from 0")->type_name("INT")->capture_default_str();
    app.add_option("--token", token, "the position to edit; -1 is the last")->type_name("INT")->capture_default_str();
    app.add_option("--component", o.component, "the component to edit")
        ->check(CLI::IsMember({"Q", "K", "V"}))
        ->capture_default_str();
    app.add_option("--set", o.set, "the value for the first ten channels of the component")->capture_default_str();
    examples::refuse_empty_values(app);
    CLI11_PARSE(app, argc, argv);
    try {
        const auto prompt = examples::Prompt::read(o.subject);
        o.layer = examples::number_of("--layer", layer);
        o.token = examples::number_of("--token", token);
        if (o.layer < 0) throw ValueError("--layer " + layer + " is negative: count layers from 0");
        operate(o, prompt, examples::load_model(o.subject.model));
    } catch (const std::exception& e) {
        std::cerr << "edit_qkv: " << e.what() << "\n";
        return 1;
    }
}
