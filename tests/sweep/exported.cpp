// Sweeps of exported models: the graph says what comes after a patch, and the numbers are those of whole passes.
#include <suture/core/catalogue.hpp>
#include <suture/exported/exported.hpp>
#include <suture/sweep/sweep.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

using namespace suture;

namespace {
Exported archive(const std::string& name) {
    return exported::load(std::filesystem::path(SUTURE_SOURCE_DIR) / "tests/exported/data" / (name + ".pt2"));
}
const at::Tensor clean = at::tensor({3, 14, 15, 9, 26, 5, 35, 8, 9, 7, 9, 3, 23, 8}, at::kLong).view({2, 7}),
                 corrupted = at::tensor({3, 14, 4, 9, 26, 5, 35, 8, 11, 7, 9, 3, 23, 8}, at::kLong).view({2, 7});

/// A sweep equals one whole pass per cell, and ran by this method.
template <class L>
void check_sweep(const Exported& model, const std::string& pattern, const Grid& grid, SweepMethod method) {
    CAPTURE(pattern);
    const Metric metric = logit_difference(at::tensor({5, 6}), at::tensor({7, 8}));
    for (const Patching& patching : {denoising(clean, corrupted), zero_ablation(clean)}) {
        const SweepResult fast = sweep(model, patching, grid, metric);
        SweepOptions plain;
        plain.optimisations = Optimisations::none();
        const SweepResult slow = sweep(model, patching, grid, metric, plain);
        CHECK(fast.method == method);
        CHECK(slow.method == SweepMethod::forward_passes);
        CHECK(at::allclose(fast.values, slow.values, 1e-5, 1e-5));
    }
}
template <class L>
void check_sweep(const Exported& model, const std::string& pattern,
                 SweepMethod method = SweepMethod::stages_by_position) {
    check_sweep<L>(model, pattern, Grid::of<L>(sites<L>(model, pattern)), method);
}

/// "model.layers.*.input": the inputs of the blocks.
std::string first_stream(const Exported& model) {
    std::string found;
    for_each_site(model, [&](const std::string& path, const Site&) {
        const std::size_t at = path.find(".0.input");
        if (found.empty() && at != path.npos && at + 8 == path.size() && path.find('.') != path.npos)
            found = path.substr(0, at) + ".*.input";
    });
    return found;
}
void check_stages(const Exported& model, const Grid& grid) {
    const Metric metric = logit_difference(at::tensor({5, 6}), at::tensor({7, 8}));
    SweepOptions plain;
    plain.optimisations = Optimisations::none();
    // The second has a first prompt of equal tokens, in which every mask looks alike.
    for (const at::Tensor& base : {corrupted, at::cat({at::full({1, 7}, 5, at::kLong), corrupted.narrow(0, 1, 1)})}) {
        const SweepResult fast = sweep(model, denoising(clean, base), grid, metric);
        const SweepResult slow = sweep(model, denoising(clean, base), grid, metric, plain);
        CHECK(fast.method != SweepMethod::forward_passes);
        CHECK(at::allclose(fast.values, slow.values, 1e-5, 1e-5));
    }
}
/// A model of six tokens: fewer operators, the same numbers.
void check_reruns(const Exported& model, const Grid& grid) {
    const at::Tensor one = clean.narrow(0, 0, 1).narrow(1, 0, 6), other = corrupted.narrow(0, 0, 1).narrow(1, 0, 6);
    const Metric metric = logit_difference(at::tensor({5}), at::tensor({7}));
    SweepOptions plain;
    plain.optimisations = Optimisations::none();
    const SweepResult fast = sweep(model, denoising(one, other), grid, metric);
    const SweepResult slow = sweep(model, denoising(one, other), grid, metric, plain);
    CHECK(fast.method == SweepMethod::reruns);
    CHECK(fast.values.equal(slow.values));
}
}  // namespace

TEST_CASE("sweeps over the stream, projections and submodules run only what comes after a patch") {
    check_sweep<Resid<16>>(archive("own_dynamic"), "h.*.input");
    check_sweep<Resid<16>>(archive("neox_dynamic"), "gpt_neox.layers.*");
    check_sweep<MlpOut<16>>(archive("llama_sdpa_dynamic"), "model.layers.*.mlp");
    check_sweep<LlamaK<2, 4>>(archive("llama_sdpa_dynamic"), "model.layers.*.self_attn.k_proj");
}

TEST_CASE("heads of a packed projection are swept one at a time") {
    using Qkv = Gpt2Qkv<16, 2>;
    const Exported gpt2 = archive("gpt2_dynamic");
    const std::string pattern = "transformer.h.*.attn.c_attn";
    check_sweep<Qkv>(gpt2, pattern, Grid::of<Q, K, V>(sites<Qkv>(gpt2, pattern)).by_head(),
                     SweepMethod::stages_by_position);
}

TEST_CASE("heads of what an output projection takes are swept one at a time, at the last token") {
    using Heads = Z<16, 4>;
    for (const char* name : {"llama_dynamic", "llama_sdpa_dynamic"}) {
        const Exported llama = archive(name);
        const std::string pattern = "model.layers.*.self_attn.o_proj.input";
        check_sweep<Heads>(llama, pattern, Grid::of<Heads>(sites<Heads>(llama, pattern)).by_head().at(token(-1)),
                           SweepMethod::stages_by_position);
    }
}

TEST_CASE("of a model without stages only the operators after each patch run, with the numbers of whole passes") {
    const at::Tensor one = clean.narrow(0, 0, 1).narrow(1, 0, 6), other = corrupted.narrow(0, 0, 1).narrow(1, 0, 6);
    const Metric metric = logit_difference(at::tensor({5}), at::tensor({7}));
    for (const std::string name : {"gpt2", "gpt2_sdpa"}) {
        const Exported gpt2 = archive(name);
        const auto c_attn = sites<Gpt2Qkv<16, 2>>(gpt2, "transformer.h.*.attn.c_attn");
        const auto stream = sites<Resid<16>>(gpt2, "transformer.h.*");
        for (const Grid& grid : {Grid::of<Resid<16>>(stream), Grid::of<Q, K, V>(c_attn).by_head()})
            for (const Patching& patching : {denoising(one, other), zero_ablation(one)}) {
                const SweepResult fast = sweep(gpt2, patching, grid, metric);
                SweepOptions plain;
                plain.optimisations = Optimisations::none();
                const SweepResult slow = sweep(gpt2, patching, grid, metric, plain);
                CHECK(fast.method == SweepMethod::reruns);
                CHECK(slow.method == SweepMethod::forward_passes);
                CHECK(fast.is_complete());
                CHECK(fast.values.equal(slow.values));
                CHECK(fast.baseline.equal(slow.baseline));
            }
    }
}

TEST_CASE("what a rerun keeps counts as memory of the sweep") {
    const Exported gpt2 = archive("gpt2");
    const Grid grid = Grid::of<Resid<16>>(sites<Resid<16>>(gpt2, "transformer.h.*"));
    const auto runs_in = [&](std::size_t memory, bool prefix) {
        SweepOptions options;
        options.memory = memory;
        options.optimisations.prefix = prefix;
        try {
            (void)sweep(gpt2, zero_ablation(clean.narrow(0, 0, 1).narrow(1, 0, 6)), grid, logit(5), options);
            return true;
        } catch (const MemoryError&) {
            return false;
        }
    };
    const auto least = [&](bool prefix) {
        std::size_t refused = 0, enough = std::size_t{1} << 24;
        CHECK(runs_in(enough, prefix));
        while (enough - refused > 64) {
            const std::size_t middle = (refused + enough) / 2;
            (runs_in(middle, prefix) ? enough : refused) = middle;
        }
        return enough;
    };
    CHECK(least(/*prefix=*/true) > least(/*prefix=*/false));
}

TEST_CASE("attribution patching estimates the cells of an exported model from two passes and one backward pass") {
    const Exported own = archive("own_dynamic");
    const auto stream = sites<Resid<16>>(own, "h.*.input");
    const Metric metric = logit_difference(at::tensor({5, 6}), at::tensor({7, 8}));
    const SweepResult estimate =
        attribution_patching(own, denoising(clean, corrupted), Grid::of<Resid<16>>(stream), metric);
    const SweepResult exact = sweep(own, denoising(clean, corrupted), Grid::of<Resid<16>>(stream), metric);
    // Entering the first block, an unchanged position has no effect in either.
    CHECK(estimate.values.sizes() == exact.values.sizes());
    CHECK(at::allclose(estimate.effects().select(1, 0).select(1, 0), exact.effects().select(1, 0).select(1, 0), 1e-5,
                       1e-6));
}

TEST_CASE("sweeps of every family of language models give the numbers of whole passes") {
    const char* folder = std::getenv("SUTURE_EXPORTED_FAMILIES");
    if (!folder || !std::filesystem::exists(folder)) return;  // exported/families says why
    const at::NoGradGuard no_grad;
    int staged = 0, rerun = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().stem().string();
        if (entry.path().extension() != ".pt2") continue;
        const Exported model = exported::load(entry.path());
        const std::string stream = first_stream(model);
        if (model.input_names() != std::vector<std::string>{"input_ids"} || stream.empty()) continue;
        CAPTURE(name);
        const Grid grid = Grid::of<Resid>(sites<Resid<dynamic>>(model, stream));
        if (model.has_stages()) {
            check_stages(model, grid);
            ++staged;
        } else {
            check_reruns(model, grid);
            ++rerun;
        }
    }
    if (!std::filesystem::is_empty(folder)) CHECK((staged > 20 && rerun > 20));
}

TEST_CASE("the journal of a sweep knows the weights of an exported model") {
    const Exported own = archive("own_dynamic"), other = archive("neox_dynamic");
    CHECK(weights_fingerprint(own) == weights_fingerprint(archive("own_dynamic")));
    CHECK(weights_fingerprint(own) != weights_fingerprint(other));
}
