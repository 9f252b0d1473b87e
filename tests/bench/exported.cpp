// What an exported model costs: loading it, a pass without a scope, with hooks elsewhere, and with an edit. The files are
// those of the tests and, from a folder that exported.py names, GPT-2 small; exported.py runs Python on the same files.
#include "suture/exported/exported.hpp"
#include "suture/core/catalogue.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {
using namespace suture;

enum class Hooks { none, elsewhere, edit };

void run(benchmark::State& state, const std::filesystem::path& file, std::int64_t tokens, const std::string& projection,
         Hooks what) {
    at::set_num_threads(1);
    const at::NoGradGuard no_grad;
    const Exported model = exported::load(file);
    const at::Tensor ids = at::arange(tokens).remainder(30).add(3).unsqueeze(0);
    HookSet hooks;
    const HookPoint<AnyLayout> elsewhere("elsewhere");
    if (what == Hooks::elsewhere) hooks.add(elsewhere, [](const at::Tensor&) {}).may_be_idle();
    if (what == Hooks::edit) hooks.add(site(model, projection), [](const at::Tensor& t) { return t * 0.5; });
    const auto passes = [&] {
        for (auto _ : state) benchmark::DoNotOptimize(model(ids));
    };
    if (what == Hooks::none) return passes();
    const auto scope = hooks.activate();
    passes();
}

void load(benchmark::State& state, const std::filesystem::path& file) {
    for (auto _ : state) benchmark::DoNotOptimize(exported::load(file));
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * std::filesystem::file_size(file)));
}
/// What loading cannot be faster than: the file read once into memory that is there already.
void read(benchmark::State& state, const std::filesystem::path& file) {
    std::vector<char> bytes(std::filesystem::file_size(file));
    for (auto _ : state) {
        std::ifstream in(file, std::ios::binary);
        in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        benchmark::DoNotOptimize(bytes.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}

void add(const std::string& name, const std::filesystem::path& file, std::int64_t tokens,
         const std::string& projection) {
    if (!std::filesystem::exists(file)) return;
    const auto add_one = [&](const char* what, Hooks hooks) {
        benchmark::RegisterBenchmark(("exported/" + name + "/" + what).c_str(),
                                     [=](benchmark::State& state) { run(state, file, tokens, projection, hooks); });
    };
    add_one("pass", Hooks::none);
    add_one("scope", Hooks::elsewhere);
    add_one("edit", Hooks::edit);
    benchmark::RegisterBenchmark(("exported/" + name + "/load").c_str(), [=](benchmark::State& s) { load(s, file); });
    benchmark::RegisterBenchmark(("exported/" + name + "/read").c_str(), [=](benchmark::State& s) { read(s, file); });
}

const bool added = [] {
    const std::filesystem::path tests = std::filesystem::path(SUTURE_SOURCE_DIR) / "tests/exported/data";
    add("own", tests / "own.pt2", 6, "h.1.attn.c_attn");
    add("gpt2", tests / "gpt2.pt2", 6, "transformer.h.1.attn.c_attn");
    add("llama", tests / "llama_sdpa_dynamic.pt2", 6, "model.layers.1.self_attn.k_proj");
    if (const char* folder = std::getenv("SUTURE_EXPORTED_MODELS"))
        for (const char* attention : {"eager", "sdpa"})
            add(std::string("small_") + attention,
                std::filesystem::path(folder) / (std::string("small_") + attention + ".pt2"), 15,
                "transformer.h.5.attn.c_attn");
    return true;
}();
}  // namespace
