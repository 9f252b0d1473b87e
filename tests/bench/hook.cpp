// What a site costs: a linear layer bare, with an inactive site, observed, and edited; and a site by itself, so that
// nanoseconds show.
#include "suture/core/catalogue.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/hook/hooked.hpp"

#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <torch/nn/modules/linear.h>

namespace {
using namespace suture;

template <Index Width, Index Heads>
struct layer {
    using Qkv = Gpt2Qkv<Width, Heads>;

    static at::Tensor input() {
        at::set_num_threads(1);
        return at::randn({1, 5, Width});
    }

    static void none(benchmark::State& state) {
        const at::NoGradGuard no_gradients;
        torch::nn::Linear linear(Width, Qkv::width);
        const at::Tensor x = input();
        for (auto _ : state) benchmark::DoNotOptimize(linear->forward(x));
    }
    static void inactive(benchmark::State& state) {
        const at::NoGradGuard no_gradients;
        Hooked<torch::nn::Linear, Qkv> linear(Width, Qkv::width);
        const at::Tensor x = input();
        for (auto _ : state) benchmark::DoNotOptimize(linear->forward(x));
    }
    template <class Hook>
    static void active(benchmark::State& state, Hook hook) {
        const at::NoGradGuard no_gradients;
        Hooked<torch::nn::Linear, Qkv> linear(Width, Qkv::width);
        const at::Tensor x = input();
        HookSet hooks;
        hooks.add(linear, std::move(hook));
        const auto scope = hooks.activate();
        for (auto _ : state) benchmark::DoNotOptimize(linear->forward(x));
    }
    static void observe(benchmark::State& state) {
        active(state, [](const View<Qkv>& seen) { benchmark::DoNotOptimize(seen.numel()); });
    }
    static void edit(benchmark::State& state) { active(state, on<Q>(token(4), dims<0, 10>).set(0.0)); }
};

BENCHMARK(layer<48, 3>::none)->Name("hook/none/linear:48");
BENCHMARK(layer<48, 3>::inactive)->Name("hook/inactive/linear:48");
BENCHMARK(layer<48, 3>::observe)->Name("hook/observe/linear:48");
BENCHMARK(layer<48, 3>::edit)->Name("hook/edit/linear:48");
BENCHMARK(layer<768, 12>::none)->Name("hook/none/linear:768");
BENCHMARK(layer<768, 12>::inactive)->Name("hook/inactive/linear:768");
BENCHMARK(layer<768, 12>::observe)->Name("hook/observe/linear:768");
BENCHMARK(layer<768, 12>::edit)->Name("hook/edit/linear:768");

/// What an inactive site is measured against.
[[gnu::noinline]] at::Tensor plain_function(at::Tensor x) { return x; }

void pass_function(benchmark::State& state) {
    at::Tensor x = at::zeros({1, 5, 48});
    for (auto _ : state) {
        x = plain_function(std::move(x));
        benchmark::DoNotOptimize(x);
    }
}
void pass_inactive_site(benchmark::State& state) {
    at::Tensor x = at::zeros({1, 5, 48});
    const HookPoint<Resid<48>> site;
    for (auto _ : state) {
        x = site(std::move(x));
        benchmark::DoNotOptimize(x);
    }
}
/// A scope is active; the hook is at this site, or at another one.
void pass_active_site(benchmark::State& state, bool here) {
    at::Tensor x = at::zeros({1, 5, 48});
    const HookPoint<Resid<48>> site, other;
    HookSet hooks;
    hooks.add(here ? site : other, [](const View<Resid<48>>& seen) { benchmark::DoNotOptimize(seen.numel()); })
        .may_be_idle();
    const auto scope = hooks.activate();
    for (auto _ : state) {
        x = site(std::move(x));
        benchmark::DoNotOptimize(x);
    }
}
BENCHMARK_CAPTURE(pass_active_site, elsewhere, false)->Name("hook/pass/elsewhere");
BENCHMARK_CAPTURE(pass_active_site, observe, true)->Name("hook/pass/observe");
BENCHMARK(pass_function)->Name("hook/pass/function");
BENCHMARK(pass_inactive_site)->Name("hook/pass/inactive");
}  // namespace
