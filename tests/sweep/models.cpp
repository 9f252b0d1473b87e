// Sweeps of trained models and of one as large as published ones: in stages, and by one forward pass per cell.
#include "../../examples/names/names_model.hpp"
#include "../../examples/names/names_task.hpp"
#include "suture/gpt2/load.hpp"
#include "suture/sweep/sweep.hpp"

#include "doctest.hpp"
#include "gpt2/nano_sort.hpp"

#include <ATen/ops/randint.h>
#include <torch/utils.h>

#include <filesystem>
#include <vector>

namespace {
using namespace suture;

double distance(const at::Tensor& a, const at::Tensor& b) { return a.sub(b).abs().max().item<double>(); }

/// Every component, by head where it has some, and the residual stream.
template <Index W, Index H>
std::vector<Grid> grids(const Decoder& model) {
    return {Grid::of<Q, K, V>(sites<Gpt2Qkv<W, H>>(model, "h.*.attn.c_attn")).by_head(),
            Grid::of<Resid>(sites<Resid<W>>(model, "h.*.resid_*")),
            Grid::of<AttnOut>(sites<AttnOut<W>>(model, "h.*.attn.c_proj"))
                .with(Grid::of<MlpOut>(sites<MlpOut<W>>(model, "h.*.mlp.c_proj")))};
}

void check_both_ways(Decoder model, const Patching& patching, const Grid& grid, const Metric& metric,
                     double tolerance) {
    SweepOptions plain;
    plain.optimisations = Optimisations::none();
    const SweepResult fast = sweep(model, patching, grid, metric), slow = sweep(model, patching, grid, metric, plain);
    CHECK(fast.method == SweepMethod::stages_by_position);
    CHECK(distance(fast.values, slow.values) <= tolerance);
    CHECK(slow.effects().abs().max().item<double>() > 100 * tolerance);
}

template <Index W, Index H>
void check_all_grids(Decoder model, const Patching& patching, const Metric& metric) {
    for (const Grid& grid : grids<W, H>(model)) check_both_ways(model, patching, grid, metric, 1e-4);
    model->to(at::kDouble);
    for (const Grid& grid : grids<W, H>(model)) check_both_ways(model, patching, grid, metric, 1e-10);
}
}  // namespace

TEST_CASE("nano-sort is swept over its whole grid with the numbers of one forward pass per cell") {
    const auto directory = nano_sort();
    if (!directory) return;
    const at::Tensor clean = at::tensor({2, 1, 0, 0, 2, 1, 0, 0, 1}, at::kLong),
                     corrupted = at::tensor({1, 1, 2, 0, 0, 1, 0, 0, 1}, at::kLong);
    for (const Patching& patching : {denoising(clean, corrupted), noising(clean, corrupted), zero_ablation(clean)})
        check_all_grids<48, 3>(gpt2::load(*directory), patching, logit_difference(0, 2));
}

TEST_CASE("the names model is swept with the numbers of one forward pass per cell") {
    const names::NamesModel names =
        names::load_names_model(std::filesystem::path(SUTURE_SOURCE_DIR) / "examples/names/names-model");
    names::Draw draw(17);
    const auto pair = names::prompt_pair(names::held_out_prompt(draw, 0, names::variants[0], names::Order::abba));
    const auto ids = [&](const names::Prompt& prompt) {
        return at::tensor(names.vocabulary.ids_of(prompt.words), at::kLong);
    };
    const Metric metric =
        logit_difference(names.vocabulary.id_of(pair.clean.answer), names.vocabulary.id_of(pair.clean.subject));
    check_all_grids<64, 4>(names.model, denoising(ids(pair.clean), ids(pair.corrupted)), metric);
}

TEST_CASE("a random GPT-2 small is swept with the numbers of one forward pass per cell") {
    torch::manual_seed(1);
    Decoder model{Gpt2Config{}};
    const at::Tensor clean = at::randint(0, 50257, {15}, at::kLong);
    at::Tensor corrupted = clean.clone();
    corrupted.narrow(0, 13, 2).add_(1).remainder_(50257);
    const auto queries = Grid::of<Q>(sites<Gpt2Qkv<768, 12>>(model, "h.*.attn.c_attn"));
    const auto stream = Grid::of<Resid>(sites<Resid<768>>(model, "h.*.resid_pre"));
    for (const Grid& grid : {queries, stream})  // a plain forward pass takes 0.1 s: one token alike, two that differ
        check_both_ways(model, denoising(clean, corrupted), grid.at(tokens(12, 15)), logit_difference(11, 12), 1e-4);
}
