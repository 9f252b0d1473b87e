// Sweeps over the triples of name_mover_prompts.hpp: clean activations are put into runs that differ in one word, and
// what the answer recovers is read.
#pragma once

#include "names/names_model.hpp"
#include "prompts.hpp"

#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

#include <ATen/ops/cat.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace name_mover {
using names_task::Model;
using names_task::NamesModel;
using suture::SweepOptions;
using suture::SweepResult;

inline constexpr Index width = 64, heads = 4;  ///< of names_task::Model
using Qkv = suture::Gpt2Qkv<width, heads>;
using Z = suture::Z<width, heads>;
using Stream = suture::Resid<width>;

/// A head of the model, counted from 0: "1.0" is head 0 of layer 1.
struct Head {
    Index layer = 0, head = 0;
    bool operator==(const Head&) const = default;
};
inline std::string to_string(const Head& h) { return std::to_string(h.layer) + "." + std::to_string(h.head); }

/// Results of one grid over prompts of several lengths as one, the prompts behind one another.
/// @throws suture::ValueError if they have other axes: tokens of prompts that are not of one length, say
inline SweepResult joined(const std::vector<SweepResult>& results) {
    SweepResult all = results.at(0);
    std::vector<at::Tensor> values, baseline, source, done, ran;
    all.axes.front().labels.clear();
    for (const SweepResult& result : results) {
        if (!std::equal(all.axes.begin() + 1, all.axes.end(), result.axes.begin() + 1, result.axes.end()))
            throw suture::ValueError("the sweeps have different axes: join results of one grid, without tokens");
        values.push_back(result.values), baseline.push_back(result.baseline), source.push_back(result.source);
        done.push_back(result.done), ran.push_back(result.ran);
        for (Index i = 0; i < result.baseline.size(0); ++i)
            all.axes.front().labels.push_back(std::to_string(all.axes.front().labels.size()));
    }
    all.values = at::cat(values), all.baseline = at::cat(baseline), all.source = at::cat(source);
    all.done = at::cat(done), all.ran = at::cat(ran);
    return all;
}

/// Puts the clean run's activations into runs of the corrupted prompts, cell by cell. The metric is how far the clean
/// answer's logit is above that of the corrupted prompt's own answer.
inline SweepResult swept(NamesModel& names, const std::vector<Triple>& triples, Corrupted corrupted,
                         const suture::Grid& grid, const SweepOptions& options = {}) {
    std::vector<SweepResult> results;
    for (const auto& run : by_length(triples)) {
        const auto ids = [&](Prompt Triple::*which) { return ids_of(run, which, names.vocabulary); };
        const auto answers = [&](Prompt Triple::*which) { return answers_of(run, which, names.vocabulary); };
        results.push_back(suture::sweep(names.model, suture::denoising(ids(&Triple::clean), ids(corrupted)), grid,
                                        suture::logit_difference(answers(&Triple::clean), answers(corrupted)),
                                        options));
    }
    return joined(results);
}

inline auto z_sites(Model& model) { return suture::sites<suture::Whole<Z>>(model, "h.*.attn.z"); }

/// What each head hands on at the last token: layer x head.
inline suture::Grid heads_at_the_end(Model& model) {
    return suture::Grid::of<Z>(z_sites(model)).by_head().at(suture::token(-1));
}
/// Each head's query, key and value, at all tokens: component x layer x head.
inline suture::Grid components(Model& model) {
    return suture::Grid::of<suture::Q, suture::K, suture::V>(suture::sites<Qkv>(model, "h.*.attn.c_attn"))
        .by_head()
        .all_tokens();
}
/// The residual stream, before the first block and after each: layer x token.
inline suture::Grid stream(Model& model) {
    auto places = suture::sites<suture::Whole<Stream>>(model, "h.*.resid_post");
    places.insert(places.begin(), suture::site<suture::Whole<Stream>>(model, "h.0.resid_pre"));
    return suture::Grid::of<Stream>(places);
}

/// How much of the way from the corrupted run's answer to the clean one each cell makes up for: the mean over prompts
/// and its standard error, in the axes of the result behind the prompts.
struct Recovered {
    at::Tensor mean, error;
};
inline Recovered recovered(const SweepResult& result) {
    const at::Tensor each = result.recovered();
    return {each.mean(0), each.std(0).div(std::sqrt(static_cast<double>(each.size(0))))};
}

/// The heads of which a number [layers, heads] is at least this far from 0, in order.
inline std::vector<Head> heads_beyond(const at::Tensor& numbers, double least) {
    std::vector<Head> found;
    const at::Tensor places = numbers.abs().ge(least).nonzero();
    for (Index i = 0; i < places.size(0); ++i)
        found.push_back({places[i][0].item<Index>(), places[i][1].item<Index>()});
    return found;
}

}  // namespace name_mover
