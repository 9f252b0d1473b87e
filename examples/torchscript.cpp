// Edits a TorchScript model from Python, unchanged. See docs/torchscript.md.
#include <suture/core/catalogue.hpp>
#include <suture/script/script.hpp>
#include <suture/suture.hpp>

#include <CLI/CLI.hpp>

#include <ATen/ops/arange.h>

#include <iostream>
#include <string>

using namespace suture;
using Qkv = Gpt2Qkv<24, 3>;  // the model's width and heads; for other models any Fused<...> that matches the projection

int main(int argc, char** argv) try {
    std::string file = "model.pt";
    CLI::App app{"Edits one layer's query in a TorchScript model and counts the logits that change."};
    app.add_option("model", file, "a file written by torch.jit.save")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    const Script model = script::load(file);

    // Every submodule that is called is a site: its path names its output, and ".input" after it its input.
    for_each_site(model, [](const std::string& path, const Site&) {
        if (path.find("h.1.attn") == 0) std::cout << path << "\n";
    });

    const at::Tensor tokens = at::arange(7).unsqueeze(0);
    const at::Tensor clean = model(tokens);

    // Recipes, callbacks, boards and recorders work there as at any other site.
    HookSet hooks;
    hooks.add(site<Qkv>(model, "h.1.attn.c_attn"), on<Q>(token(4), dims<0, 10>).zero());
    const auto scope = hooks.activate();
    std::cout << clean.ne(model(tokens)).sum().item<int>() << " of " << clean.numel() << " logits differ\n";
} catch (const Error& e) {
    std::cerr << e.what() << "\n";
    return 1;
}
