// Sweeps over triples of prompts: clean activations are patched into runs that differ in one word, and the sweep
// measures how much of the answer they recover.
#pragma once

#include "names/names_model.hpp"
#include "prompts.hpp"

#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace name_mover {
using names::Model;
using names::NamesModel;
using suture::SweepOptions;
using suture::SweepResult;

inline constexpr Index width = 64, heads = 4;  ///< of names::Model
using Qkv = suture::Gpt2Qkv<width, heads>;
using Z = suture::Z<width, heads>;
using Stream = suture::Resid<width>;

/// A head of the model, counted from 0: "1.0" is head 0 of layer 1.
struct Head {
    Index layer = 0, head = 0;
    bool operator==(const Head&) const = default;
};
inline std::string to_string(const Head& h) { return std::to_string(h.layer) + "." + std::to_string(h.head); }

/// Patches activations of the clean runs into runs of the corrupted prompts, cell by cell. The metric is the logit of
/// the clean answer minus that of the corrupted prompt's answer.
inline SweepResult swept(NamesModel& loaded, const std::vector<Triple>& triples, Corrupted corrupted,
                         const suture::Grid& grid, const SweepOptions& options = {}) {
    std::vector<SweepResult> results;
    for (const auto& run : by_length(triples)) {
        const auto ids = [&](Prompt Triple::*which) { return ids_of(run, which, loaded.vocabulary); };
        const auto answers = [&](Prompt Triple::*which) { return answers_of(run, which, loaded.vocabulary); };
        results.push_back(suture::sweep(loaded.model, suture::denoising(ids(&Triple::clean), ids(corrupted)), grid,
                                        suture::logit_difference(answers(&Triple::clean), answers(corrupted)),
                                        options));
    }
    return suture::concatenate(results);
}

inline auto z_sites(Model& model) { return suture::sites<Z>(model, "h.*.attn.z"); }

/// The output of each head at the last token: layer x head.
inline suture::Grid heads_at_the_end(Model& model) {
    return suture::Grid::of<Z>(z_sites(model)).by_head().at(suture::token(-1));
}
/// Each head's query, key and value, at all tokens: component x layer x head.
inline suture::Grid components(Model& model) {
    return suture::Grid::of<suture::Q, suture::K, suture::V>(suture::sites<Qkv>(model, "h.*.attn.c_attn"))
        .by_head()
        .all_positions();
}
/// The residual stream, before the first block and after each: layer x token.
inline suture::Grid stream(Model& model) {
    auto places = suture::sites<Stream>(model, "h.*.resid_post");
    places.insert(places.begin(), suture::site<Stream>(model, "h.0.resid_pre"));
    return suture::Grid::of<Stream>(places);
}

/// The share of the difference between the corrupted and the clean run that each cell recovers: the mean over prompts
/// and its standard error, in the other axes of the result.
struct Recovered {
    at::Tensor mean, error;
};
inline Recovered recovered(const SweepResult& result) {
    const at::Tensor each = result.recovered();
    return {each.mean(0), each.std(0).div(std::sqrt(static_cast<double>(each.size(0))))};
}

/// The heads whose number in [layers, heads] is at least this far from 0, in order.
inline std::vector<Head> heads_beyond(const at::Tensor& numbers, double least) {
    std::vector<Head> found;
    const at::Tensor places = numbers.abs().ge(least).nonzero();
    for (Index i = 0; i < places.size(0); ++i)
        found.push_back({places[i][0].item<Index>(), places[i][1].item<Index>()});
    return found;
}

}  // namespace name_mover
