// The cost of an edit: a recipe against the idiom that it replaces (split, clone, edit, cat) and against the lower
// bound, a clone and a memcpy of the same bytes. And the cost of a place by itself, written in an Owned and read from a
// View, against the same slices by hand. One thread, float32, width 2304; the edit is Q[token -1, dims 0:10] = 0.
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

constexpr auto zero = on<Q<768, 12>>(token(-1), dims<0, 10>).set(0.0);
constexpr Index head_width = 64;

/// 1 token is a step of decoding; 5 and 128 tokens are one prompt; 1024 and 8192 are eight prompts of 128 and 1024.
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
    for (auto _ : state) {
        at::Tensor edited = borrow<Qkv>(x) | zero;
        benchmark::DoNotOptimize(edited);
    }
    report(state, x);
}

void idiom(benchmark::State& state) {
    const at::Tensor x = activation(state);
    for (auto _ : state) {
        std::vector<at::Tensor> parts = x.split(768, -1);
        for (at::Tensor& part : parts) part = part.clone();
        parts[0].select(-2, -1).narrow(-1, 0, 10).fill_(0.0);
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

/// Each is written in its own storage, again and again.
void place(benchmark::State& state) {
    Owned<Qkv> mine = borrow<Qkv>(activation(state)).clone();
    for (auto _ : state) {
        mine[on<Q>(token(-1), dims<0, 10>)] = 0.0;
        benchmark::ClobberMemory();
    }
}
void slices(benchmark::State& state) {
    const at::Tensor x = activation(state);
    for (auto _ : state) {
        x.select(-2, -1).narrow(-1, offset<Qkv, Q<768, 12>>, 10).fill_(0.0);
        benchmark::ClobberMemory();
    }
}
/// A vector, into a head whose number the program computes.
void place_of_head(benchmark::State& state) {
    Owned<Qkv> mine = borrow<Qkv>(activation(state)).clone();
    const at::Tensor vector = at::randn({head_width});
    Index h = 3;
    benchmark::DoNotOptimize(h);
    for (auto _ : state) {
        mine[on<K>(token(-1), head(h))] = vector;
        benchmark::ClobberMemory();
    }
}
void slices_of_head(benchmark::State& state) {
    const at::Tensor x = activation(state), vector = at::randn({head_width});
    Index h = 3;
    benchmark::DoNotOptimize(h);
    for (auto _ : state) {
        x.select(-2, -1).narrow(-1, offset<Qkv, K<768, 12>> + h * head_width, head_width).copy_(vector);
        benchmark::ClobberMemory();
    }
}

void read_place(benchmark::State& state) {
    const at::Tensor x = activation(state);
    const View<Qkv> view = borrow<Qkv>(x);
    for (auto _ : state) benchmark::DoNotOptimize(view[on<V>(token(-1), head<3>)].norm());
}
void read_slices(benchmark::State& state) {
    const at::Tensor x = activation(state);
    for (auto _ : state)
        benchmark::DoNotOptimize(
            x.select(-2, -1).narrow(-1, offset<Qkv, V<768, 12>> + 3 * head_width, head_width).norm());
}

void token_counts(benchmark::internal::Benchmark* b) {
    b->ArgName("tokens")->Arg(1)->Arg(5)->Arg(128)->Arg(1024)->Arg(8192);
}
BENCHMARK(recipe)->Name("edit/recipe")->Apply(token_counts);
BENCHMARK(idiom)->Name("edit/idiom")->Apply(token_counts);
BENCHMARK(clone)->Name("edit/clone")->Apply(token_counts);
BENCHMARK(memory_copy)->Name("edit/memcpy")->Apply(token_counts);
BENCHMARK(place)->Name("edit/place/number")->Apply(token_counts);
BENCHMARK(slices)->Name("edit/place/number/by_hand")->Apply(token_counts);
BENCHMARK(place_of_head)->Name("edit/place/head")->Apply(token_counts);
BENCHMARK(slices_of_head)->Name("edit/place/head/by_hand")->Apply(token_counts);
BENCHMARK(read_place)->Name("read/norm")->Apply(token_counts);
BENCHMARK(read_slices)->Name("read/norm/by_hand")->Apply(token_counts);
}  // namespace
