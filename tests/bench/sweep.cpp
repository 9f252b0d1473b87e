// Patching sweeps of a random GPT-2 small, 12 layers x 15 positions: by one forward pass per place of the grid, as with
// hooks alone, and in stages; with each optimisation alone and with all but one. One step is a whole sweep. The limits to
// compare with: reading every weight of the blocks once, and the matrix products that the cells cannot do without.
#include "suture/sweep/sweep.hpp"
#include "suture/gpt2/gpt2.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <benchmark/benchmark.h>
#include <torch/utils.h>

#include <chrono>
#include <map>
#include <string>
#include <utility>

namespace {
using namespace suture;
using Model = Decoder;
constexpr Index length = 15, layers = 12;

Model& model() {
    static Model made = [] {
        torch::manual_seed(1);
        return Model{Gpt2Config{}};
    }();
    return made;
}

/// A map of 12 layers x 15 positions, of queries or of the residual stream, over prompts that differ from one token on.
struct Task {
    bool queries;
    Index prompts, differ;

    std::string name() const {
        return std::string(queries ? "Q" : "resid") + "/from:" + std::to_string(differ) +
               "/batch:" + std::to_string(prompts);
    }
    Patching patching() const {
        torch::manual_seed(2);
        const at::Tensor clean = at::randint(0, 50257, {prompts, length}, at::kLong);
        at::Tensor corrupted = clean.clone();
        corrupted.narrow(1, differ, length - differ).add_(1).remainder_(50257);
        return denoising(clean, corrupted);
    }
    Grid grid() const {
        return queries ? Grid::of<Q>(sites<Gpt2Qkv<768, 12>>(model(), "h.*.attn.c_attn"))
                       : Grid::of<Resid>(sites<Resid<768>>(model(), "h.*.resid_pre"));
    }
};

/// Seconds of a plain sweep, by task: the fast ones are compared with it in the counter `times_plain`.
std::map<std::string, double> plain_seconds;

template <class Swept>
double run(benchmark::State& state, Swept& swept, const Task& task, const Optimisations& optimisations) {
    at::set_num_threads(2);
    const Patching patching = task.patching();
    const Grid grid = task.grid();
    SweepOptions options;
    options.optimisations = optimisations;
    const auto began = std::chrono::steady_clock::now();
    for (auto _ : state)
        benchmark::DoNotOptimize(sweep(swept, patching, grid, logit_difference(11, 12), options).values);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - began;
    state.SetItemsProcessed(state.iterations() * layers * length * task.prompts);  // cells
    return spent.count() / static_cast<double>(state.iterations());
}
void by_stages(benchmark::State& state, const Task& task, const Optimisations& optimisations) {
    const double seconds = run(state, model(), task, optimisations);
    if (const auto plain = plain_seconds.find(task.name()); plain != plain_seconds.end())
        state.counters["times_plain"] = plain->second / seconds;
}
void by_forward(benchmark::State& state, const Task& task) {
    auto forward = [](const at::Tensor& ids) { return model()->forward(ids); };
    plain_seconds[task.name()] = run(state, forward, task, {});
}

/// The weights of all blocks, read once.
void weights_once(benchmark::State& state) {
    const at::NoGradGuard no_gradients;
    at::set_num_threads(2);
    for (auto _ : state)
        for (const auto& block : model()->blocks)
            for (const at::Tensor& weight : {block->attn->qkv->weight, block->attn->out->weight,
                                             block->mlp->hidden->weight, block->mlp->down->weight})
                benchmark::DoNotOptimize(weight.sum());
}
/// The products of positions with a block's weights that the map of queries cannot do without: one position per cell in
/// its own block, all positions after the patch in the blocks after it, and in the last block their keys and values and
/// the rest of the last position.
void products(benchmark::State& state, Index differ) {
    const at::NoGradGuard no_gradients;
    at::set_num_threads(2);
    const auto& block = model()->blocks[5];
    const auto through = [](const at::Tensor& x, const auto& conv) { return at::addmm(conv->bias, x, conv->weight); };
    Index behind = 0;
    for (Index t = differ; t < length; ++t) behind += length - t;
    const Index changed = length - differ;
    // Numbers as activations have them: uninitialised memory can hold denormals, whose products take many times as long.
    const at::Tensor all = at::randn({layers * behind + changed + 1, 768});
    const auto numbers = [&all](Index rows) { return all.narrow(0, 0, rows); };
    for (auto _ : state)
        for (Index layer = 0; layer < layers; ++layer) {
            const bool last = layer + 1 == layers;
            const Index read = last ? layer * changed + 1 : layer * behind + changed;
            const at::Tensor x = numbers(last ? layer * behind + 1 : read), y = numbers(read);
            benchmark::DoNotOptimize(through(x, block->attn->qkv));
            benchmark::DoNotOptimize(through(y, block->attn->out));
            benchmark::DoNotOptimize(through(through(y, block->mlp->hidden), block->mlp->down));
        }
}

void register_task(const Task& task) {
    const auto add = [](const std::string& name, auto f) {
        benchmark::RegisterBenchmark(name.c_str(), f)->Unit(benchmark::kMillisecond)->UseRealTime();
    };
    add("sweep/plain/" + task.name(), [task](benchmark::State& s) { by_forward(s, task); });
    add("sweep/fast/" + task.name(), [task](benchmark::State& s) { by_stages(s, task, {}); });
    if (task.prompts > 1) return;
    const std::pair<const char*, bool Optimisations::*> optimisations[] = {
        {"prefix", &Optimisations::prefix},
        {"batch", &Optimisations::batch},
        {"skip_unchanged", &Optimisations::skip_unchanged},
        {"suffix", &Optimisations::suffix},
        {"unembed", &Optimisations::unembed}};
    for (const auto& [name, saving] : optimisations) {
        Optimisations alone = Optimisations::none(), without;
        alone.*saving = true;
        without.*saving = false;
        add("sweep/only_" + std::string(name) + "/" + task.name(),
            [task, alone](benchmark::State& s) { by_stages(s, task, alone); });
        add("sweep/without_" + std::string(name) + "/" + task.name(),
            [task, without](benchmark::State& s) { by_stages(s, task, without); });
    }
}

const int registered = [] {
    for (const Index prompts : {1, 8})
        for (const Index differ : {10, 0})
            for (const bool queries : {true, false}) register_task({queries, prompts, differ});
    for (const Index differ : {10, 0})
        benchmark::RegisterBenchmark(("sweep/limit/products/from:" + std::to_string(differ)).c_str(),
                                     [differ](benchmark::State& s) { products(s, differ); })
            ->Unit(benchmark::kMillisecond)
            ->UseRealTime();
    benchmark::RegisterBenchmark("sweep/limit/weights_once", weights_once)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
    return 0;
}();
}  // namespace
