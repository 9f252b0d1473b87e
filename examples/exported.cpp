// Runs a model that Python exported, edits it in mid-flight, and maps where the answer is. See docs/exported.md.
#include <suture/core/catalogue.hpp>
#include <suture/exported/exported.hpp>
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

#include <CLI/CLI.hpp>

#include <ATen/ops/tensor.h>

#include <iostream>
#include <string>

using namespace suture;
using Keys = LlamaK<2, 4>;  // the tiny LLaMA's k_proj: two key heads of four channels
using Stream = Resid<16>;

int main(int argc, char** argv) try {
    std::string file = "tests/exported/data/llama_sdpa_dynamic.pt2";
    CLI::App app{"Edits one layer's keys in an exported LLaMA, and patches its residual stream position by position."};
    app.add_option("model", file, "a file written by torch.export.save")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    const Exported model = exported::load(file);

    // Every module is a site under its path, and so is what it takes. Operators are sites below a path.
    for_each_site(model, [](const std::string& path, const Site&) {
        if (path.find("model.layers.1.self_attn") == 0) std::cout << path << "\n";
    });

    // Recipes, callbacks, boards and recorders work there as at any other site.
    const at::Tensor ids = at::tensor({3, 14, 15, 9, 26, 5}, at::kLong).unsqueeze(0);
    const at::Tensor clean = model(ids);
    HookSet hooks;
    hooks.add(site<Keys>(model, "model.layers.1.self_attn.k_proj"), on<K>(token(2), head(0)).zero());
    const at::Tensor edited = run_with_hooks(model, hooks, ids);
    std::cout << clean.ne(edited).any(-1).sum().item<int>() << " of " << ids.numel()
              << " positions have other logits\n";

    // Where does the answer to a changed token travel? One sweep, of which only what follows each patch is run.
    const at::Tensor corrupted = at::tensor({3, 14, 7, 9, 26, 5}, at::kLong).unsqueeze(0);
    const auto stream = sites<Stream>(model, "model.layers.*.input");
    const SweepResult map = sweep(model, denoising(ids, corrupted), Grid::of<Stream>(stream),
                                  logit_difference(at::tensor({5}), at::tensor({7})));
    std::cout << to_string(map.method) << ", percent recovered by layer and position:\n"
              << map.mean_recovered().mul(100).round().to(at::kInt) << "\n";
} catch (const Error& e) {
    std::cerr << e.what() << "\n";
    return 1;
}
