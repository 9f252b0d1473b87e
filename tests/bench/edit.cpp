// The cost of an edit: a recipe against the idiom that it replaces (split, clone, edit, cat) and against the lower
// bound, a clone and a memcpy of the same bytes. One thread, float32, width 2304, Q[token 4, dims 0:10] = 0.
#include "suture/core/catalogue.hpp"
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty_like.h>
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstring>
#include <vector>

namespace {
using namespace suture;
using Qkv = Gpt2Qkv<768, 12>;

/// 5 and 128 tokens are one prompt; 1024 and 8192 are eight prompts of 128 and 1024.
at::Tensor activation(const benchmark::State& state) {
    at::set_num_threads(1);
    const Index tokens = state.range(0), batch = tokens >= 1024 ? 8 : 1;
    return at::randn({batch, tokens / batch, Qkv::width});
}

void report(benchmark::State& state, const at::Tensor& x) {
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(x.nbytes()));
}

void recipe(benchmark::State& state) {
    const at::Tensor x = activation(state);
    constexpr auto zero = on<Q<768, 12>>(token(4), dims<0, 10>).set(0.0);
    for (auto _ : state) benchmark::DoNotOptimize((borrow<Qkv>(x) | zero).take());
    report(state, x);
}

void idiom(benchmark::State& state) {
    const at::Tensor x = activation(state);
    for (auto _ : state) {
        std::vector<at::Tensor> parts = x.split(768, -1);
        for (at::Tensor& part : parts) part = part.clone();
        parts[0].select(-2, 4).narrow(-1, 0, 10).fill_(0.0);
        benchmark::DoNotOptimize(at::cat(parts, -1));
    }
    report(state, x);
}

void clone(benchmark::State& state) {
    const at::Tensor x = activation(state);
    for (auto _ : state) benchmark::DoNotOptimize(x.clone());
    report(state, x);
}

/// A copy to memory that is already mapped: the cost without page faults.
void memory_copy(benchmark::State& state) {
    const at::Tensor x = activation(state);
    const at::Tensor copy = at::empty_like(x);
    for (auto _ : state) {
        std::memcpy(copy.data_ptr(), x.data_ptr(), x.nbytes());
        benchmark::ClobberMemory();
    }
    report(state, x);
}

void token_counts(benchmark::internal::Benchmark* b) { b->ArgName("tokens")->Arg(5)->Arg(128)->Arg(1024)->Arg(8192); }
BENCHMARK(recipe)->Name("edit/recipe")->Apply(token_counts);
BENCHMARK(idiom)->Name("edit/idiom")->Apply(token_counts);
BENCHMARK(clone)->Name("edit/clone")->Apply(token_counts);
BENCHMARK(memory_copy)->Name("edit/memcpy")->Apply(token_counts);
}  // namespace
