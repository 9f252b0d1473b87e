// The cost of recording in time and bytes: GPT-2 small's c_attn at 128 tokens, the query alone and the whole. Compare
// Latest with record/clone, and History with record/clones, which keeps its clones and so touches fresh pages for each.
// One thread, float32.
#include "suture/core/catalogue.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/record/history.hpp"
#include "suture/record/latest.hpp"

#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

namespace {
using namespace suture;
using Qkv = Gpt2Qkv<768, 12>;
using Query = Q<768, 12>;
constexpr Index tokens_seen = 128;
constexpr std::size_t most_entries = 64;  ///< a History is cleared at this size, within the measured time

at::Tensor activation() {
    at::set_num_threads(1);
    return at::randn({1, tokens_seen, Qkv::width});
}

at::Tensor cloned(const at::Tensor& x, Index width) {
    return x.narrow(-1, 0, width).clone(at::MemoryFormat::Contiguous);
}

/// `Entry` is the layout of each entry in the Recorder.
template <class Recorder, class Entry>
void record(benchmark::State& state) {
    const at::Tensor x = activation();
    const HookPoint<Qkv> site("h.3.attn.c_attn");
    Recorder recorder;
    HookSet hooks;
    hooks.add(site, recorder);
    const auto scope = hooks.activate();
    for (auto _ : state) {
        if (recorder.size() >= most_entries) recorder.clear();
        benchmark::DoNotOptimize(site(x));
    }
    state.counters["bytes_held"] = static_cast<double>(recorder.bytes_held());
    state.counters["bytes_asked"] = static_cast<double>(recorder.size() * tokens_seen * Entry::width * sizeof(float));
}

template <Index Width>
void clone(benchmark::State& state) {
    const at::Tensor x = activation();
    for (auto _ : state) benchmark::DoNotOptimize(cloned(x, Width));
}

template <Index Width>
void clones(benchmark::State& state) {
    const at::Tensor x = activation();
    std::vector<at::Tensor> kept;
    for (auto _ : state) {
        if (kept.size() >= most_entries) kept.clear();
        kept.push_back(cloned(x, Width));
    }
}

BENCHMARK(record<Latest<Query>, Query>)->Name("record/latest");
BENCHMARK(record<History<Query>, Query>)->Name("record/history");
BENCHMARK(clone<Query::width>)->Name("record/clone");
BENCHMARK(clones<Query::width>)->Name("record/clones");
BENCHMARK(record<Latest<Qkv>, Qkv>)->Name("record/latest/whole");
BENCHMARK(record<History<Qkv>, Qkv>)->Name("record/history/whole");
BENCHMARK(clone<Qkv::width>)->Name("record/clone/whole");
BENCHMARK(clones<Qkv::width>)->Name("record/clones/whole");
}  // namespace
