// A small GPT-2 in float64 whose parts all matter, prompts for it, and grids over every kind of site that it has.
#pragma once

#include "suture/edit/on.hpp"
#include "suture/gpt2/gpt2.hpp"
#include "suture/sweep/sweep.hpp"

#include "doctest.hpp"

#include <ATen/ops/rand.h>
#include <ATen/ops/randint.h>
#include <torch/utils.h>
#include <range/v3/view/iota.hpp>
#include <range/v3/view/transform.hpp>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace sweeping {
using namespace suture;
using Model = Decoder;
using Qkv = Gpt2Qkv<48, 3>;

inline constexpr Index layers = 3, length = 6, vocabulary = 11;

/// The weights are so large that a patch moves the logits by about one.
inline Model model(at::ScalarType dtype = at::kDouble) {
    torch::manual_seed(5);
    Gpt2Config config;
    config.width = 48, config.heads = 3, config.inner = 192, config.layers = layers, config.positions = 12;
    config.vocabulary = vocabulary;
    Model made(config);
    const at::NoGradGuard no_gradients;
    for (at::Tensor& p : made->parameters()) p.add_(at::randn_like(p), 0.1);
    made->to(dtype);
    return made;
}

/// Token ids [prompts, tokens], and the same with other ids from the token `differ` on.
struct Pairs {
    at::Tensor clean, corrupted;
};
inline Pairs pairs(Index prompts, Index differ) {
    torch::manual_seed(7);
    const at::Tensor clean = at::randint(0, vocabulary, {prompts, length}, at::kLong);
    at::Tensor corrupted = clean.clone();
    corrupted.narrow(1, differ, length - differ).add_(3).remainder_(vocabulary);
    return {clean, corrupted};
}

inline double distance(const at::Tensor& a, const at::Tensor& b) { return a.sub(b).abs().max().item<double>(); }

inline SweepOptions with(Optimisations optimisations) {
    SweepOptions options;
    options.optimisations = optimisations;
    return options;
}

/// Compares everything in two results.
inline void check_same(const SweepResult& a, const SweepResult& b, double tolerance) {
    CHECK((a.axes == b.axes));
    CHECK(a.is_complete());
    CHECK(distance(a.values, b.values) <= tolerance);
    CHECK(distance(a.baseline, b.baseline) <= tolerance);
    CHECK(a.source.defined() == b.source.defined());
    if (a.source.defined()) CHECK(distance(a.source, b.source) <= tolerance);
}

/// One grid per kind of site, for a model that has its sites at these paths.
template <class M>
std::vector<std::pair<std::string, Grid>> grids(const M& of) {
    const auto c_attn = sites<Qkv>(of, "h.*.attn.c_attn");
    const auto resid = [&](const char* path) { return sites<Resid<48>>(of, path); };
    const auto norm = [&](const char* path) { return sites<Norm<48>>(of, path); };
    const auto z = sites<Z<48, 3>>(of, "h.*.attn.z");
    const auto halved = ranges::views::iota(0, int(length)) |
                        ranges::views::transform([](int t) { return on<Q>(token(t)).multiply(0.5); });
    const auto keys = ranges::views::iota(0, int(length)) |
                      ranges::views::transform([](int t) { return on<K>(tokens(t, to_end), head<1>).zero(); });
    return {
        {"queries", Grid::of<Q>(c_attn)},
        {"queries, keys and values by head", Grid::of<Q, K, V>(c_attn).by_head()},
        {"the whole projection", Grid::of<Qkv>(c_attn)},
        {"keys of some tokens", Grid::of<K>(c_attn).at(tokens(1, 4))},
        {"values of the last token by head", Grid::of<V>(c_attn).by_head().at(token(-1))},
        {"heads over all tokens", Grid::of<Z>(z).by_head().all_positions()},
        {"the stream before blocks", Grid::of<Resid>(resid("h.*.resid_pre"))},
        {"the stream within blocks", Grid::of<Resid>(resid("h.*.resid_mid"))},
        {"the stream after blocks", Grid::of<Resid>(resid("h.*.resid_post"))},
        {"attention and MLP", Grid::of<AttnOut>(sites<AttnOut<48>>(of, "h.*.attn.c_proj"))
                                  .with(Grid::of<MlpOut>(sites<MlpOut<48>>(of, "h.*.mlp.c_proj")))},
        {"norms", Grid::of<Norm>(norm("h.*.ln_1")).with(Grid::of<Norm>(norm("h.*.ln_2")))},
        {"neurons", Grid::of<Mlp>(sites<Mlp<192>>(of, "h.*.mlp.act"))},
        {"the last norm", Grid::of<Norm>(norm("ln_f"))},
        {"one layer", Grid::of<Q>(site<Qkv>(of, "h.1.attn.c_attn"))},
        {"recipes of queries", Grid::of_recipes(c_attn, halved)},
        {"recipes of keys", Grid::of_recipes(c_attn, keys)},
    };
}
}  // namespace sweeping
