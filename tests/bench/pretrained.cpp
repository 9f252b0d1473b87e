// What models of Hugging Face directories cost: loading, a pass, a pass with one edit, the patching map of the residual stream,
// and 32 generated tokens. The directories are in a folder that pretrained.py fills; it runs transformers on the same files, in the same minute.
#include "suture/edit/on.hpp"
#include "suture/generate/generate.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/hook/site_ref.hpp"
#include "suture/pretrained/load.hpp"
#include "suture/sweep/sweep.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/arange.h>
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace {
using namespace suture;

constexpr Index length = 14, new_tokens = 32;

at::Tensor prompt(Index first) {
    at::Tensor ids = at::arange(length, at::kLong).mul(37).add(5).unsqueeze(0);
    ids[0][0] = first;
    return ids;
}

void load(benchmark::State& state, const std::filesystem::path& directory) {
    for (auto _ : state) benchmark::DoNotOptimize(pretrained::load(directory));
}

void pass(benchmark::State& state, Decoder model, bool with_edit) {
    at::set_num_threads(static_cast<int>(state.range(0)));
    const at::NoGradGuard no_grad;
    const at::Tensor ids = prompt(5);
    HookSet hooks;
    if (with_edit)
        hooks.add(model->blocks[static_cast<std::size_t>(model->config().layers / 2)]->resid_post,
                  on<Resid>(token(4)).multiply(0.5));
    const auto passes = [&] {
        for (auto _ : state) benchmark::DoNotOptimize(model(ids));
    };
    if (!with_edit) return passes();
    const auto scope = hooks.activate();
    passes();
}

/// 32 tokens behind the prompt, with an edit at each step.
void generate_tokens(benchmark::State& state, Decoder model) {
    at::set_num_threads(static_cast<int>(state.range(0)));
    HookSet hooks;
    hooks.add(model->blocks[static_cast<std::size_t>(model->config().layers / 2)]->resid_post,
              on<Resid>(token(-1)).multiply(0.5));
    for (auto _ : state)
        benchmark::DoNotOptimize(generate(model, prompt(5), {.max_new_tokens = new_tokens, .hooks = &hooks}).ids);
    state.counters["tokens_per_second"] =
        benchmark::Counter(static_cast<double>(state.iterations() * new_tokens), benchmark::Counter::kIsRate);
}

/// Every layer x position of two prompts that differ in the first token.
void patching_map(benchmark::State& state, Decoder model) {
    at::set_num_threads(static_cast<int>(state.range(0)));
    const Patching patching = denoising(prompt(5), prompt(6));
    std::vector<SiteRef<Resid<dynamic>>> streams;
    for (const auto& block : model->blocks) streams.push_back(site_ref(block->resid_pre));
    const Grid grid = Grid::of<Resid>(streams);
    for (auto _ : state) benchmark::DoNotOptimize(sweep(model, patching, grid, logit_difference(7, 9)).values);
}

const bool registered = [] {
    const char* const folder = std::getenv("SUTURE_PRETRAINED_BENCH");
    if (!folder) return false;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (!std::filesystem::exists(entry.path() / "config.json")) continue;
        const std::string name = "pretrained/" + entry.path().filename().string();
        const Decoder model = pretrained::load(entry.path());
        const auto add = [&](const std::string& what, const auto& run) {
            auto* const made = benchmark::RegisterBenchmark((name + "/" + what).c_str(), run);
            made->Unit(benchmark::kMillisecond)->UseRealTime();
            return made;
        };
        add("load", [path = entry.path()](benchmark::State& state) { load(state, path); });
        for (const int threads : {1, 2}) {
            add("pass", [model](benchmark::State& state) { pass(state, model, false); })->Arg(threads);
            add("edit", [model](benchmark::State& state) { pass(state, model, true); })->Arg(threads);
            add("generate", [model](benchmark::State& state) { generate_tokens(state, model); })->Arg(threads);
            add("map", [model](benchmark::State& state) { patching_map(state, model); })->Arg(threads);
        }
    }
    return true;
}();
}  // namespace
