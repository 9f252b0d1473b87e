// Runs six experiments on a GPT-2 directory and prints what each does to the prediction. The experiments themselves
// are in experiments.hpp.
#include "experiments.hpp"
#include "ids.hpp"

#include <suture/model/gpt2_load.hpp>

#include <CLI/CLI.hpp>

#include <ATen/ops/tensor.h>

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

namespace {
using namespace suture;

template <extent Width, extent Heads>
void run_all(Gpt2<Width, Heads>& model, const at::Tensor& ids) {
    if (model->config().layers < 3 || ids.size(1) < 5)
        throw ModelError("the experiments edit layers 0 to 2 and token 4: give a model of three layers and five tokens");
    const at::NoGradGuard no_gradients;
    const at::Tensor before = model->forward(ids);
    std::printf("%-18s %-45s %10s %10s %25s\n", "experiment", "what is done", "predicts", "its logit",
                "largest change of a logit");
    for (const auto& experiment : experiments::all<Width, Heads>()) {
        const at::Tensor logits = experiment.run(model, ids);
        const at::Tensor last = logits.select(0, 0).select(0, -1);
        const extent top = last.argmax().template item<extent>();
        std::printf("%-18s %-45s %10lld %10.4f %25.4g\n", experiment.name, experiment.sentence,
                    static_cast<long long>(top), last[top].template item<double>(),
                    logits.sub(before).abs().max().template item<double>());
    }
}
}  // namespace

int main(int argc, char** argv) {
    std::string directory, ids = "2,1,0,0,2,1";
    CLI::App app{"Runs six experiments on the fused query, key and value of a GPT-2 model."};
    app.add_option("model", directory, "Hugging Face GPT-2 directory: config.json and model.safetensors")->required();
    app.add_option("--ids", ids, "the prompt as token ids")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        const at::Tensor prompt = at::tensor(ids_of(ids), at::kLong).unsqueeze(0);
        visit_gpt2(directory, [&]<extent W, extent H>(Gpt2<W, H> model) { run_all(model, prompt); });
    } catch (const std::exception& e) {
        std::cerr << "experiments: " << e.what() << "\n";
        return 1;
    }
}
