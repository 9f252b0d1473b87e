// Direct logit attribution in GPT-2: how much of a logit each head, each MLP and the embedding wrote into the residual
// stream themselves (Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits"). The stream is a sum, and
// the final layer norm is linear once its scale is that of the recorded pass, so the logit is a sum as well.
// Law: all contributions together are the logit.
#pragma once

#include "suture/core/where.hpp"
#include "suture/gpt2/gpt2.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/hook/sites.hpp"
#include "suture/lens/gpt2_logit_lens.hpp"
#include "suture/record/latest.hpp"
#include "suture/stats/numbers.hpp"
#include "suture/sweep/metric.hpp"

#include <ATen/ops/stack.h>

#include <array>
#include <cstddef>
#include <vector>

namespace suture {

/// What the parts of a GPT-2 contribute to a logit (or a difference of two), in the logit's units, float64. The axes in
/// front are those of the attributed positions: none for one prompt [tokens] and one token, [batch] for prompts
/// [batch, tokens]. What the bias of its values adds is a head's own.
struct DirectLogitAttribution {
    at::Tensor heads;             ///< [..., layers, heads]: what each wrote through its rows of c_proj's weight
    at::Tensor mlps;              ///< [..., layers]: with their biases
    at::Tensor attention_biases;  ///< [..., layers]: those of c_proj, which belong to no head
    at::Tensor embedding;         ///< [...]: of token and position
    at::Tensor norm_bias;         ///< [...]: of the final layer norm
    at::Tensor edits;             ///< [...]: what active hooks wrote into the stream themselves; 0 if nothing is edited

    /// The logit, or the difference: [...]
    at::Tensor total() const {
        return heads.sum({-2, -1}) + mlps.sum(-1) + attention_biases.sum(-1) + embedding + norm_bias + edits;
    }
};

namespace detail {
/// Sites at which an edit writes what no part of the model wrote: recorded before the edits and after them.
template <class X>
struct EditedSites {
    Latest<X> before, after;

    explicit EditedSites(const Recording& how)
        : before(looking(how, seen::before_edits)), after(looking(how, seen::after_edits)) {}

    /// What the edits added, at all sites together: [..., width].
    at::Tensor edits() const {
        at::Tensor sum = at::zeros({}, at::kDouble);
        for (std::size_t i = 0; i < after.size(); ++i) sum = sum.add(in_float64(after[i]).sub(in_float64(before[i])));
        return sum;
    }

private:
    static Recording looking(Recording how, seen when) {
        how.when = when;
        return how;
    }
};

/// A pass of the model, recorded at the attributed positions.
template <Index Width, Index Heads>
struct AttributionPass {
    EditedSites<Resid<Width>> stream;  ///< from the first block's resid_pre to the input of ln_f
    EditedSites<AttnOut<Width>> attention;
    EditedSites<Norm<Width>> norm;
    Latest<Z<Width, Heads>> z;
    Latest<MlpOut<Width>> mlps;

    AttributionPass(Gpt2<Width, Heads> model, const at::Tensor& ids, const Recording& how)
        : stream(how), attention(how), norm(how), z(how), mlps(how) {
        HookSet hooks;
        std::vector<HookHandle> handles;
        const auto record = [&](const auto& at, auto& recorder) { handles.push_back(hooks.add(at, recorder)); };
        const auto record_edits = [&](const auto& at, auto& edited) {
            record(at, edited.before), record(at, edited.after);
        };
        auto along_the_stream = sites<Whole<Resid<Width>>>(model, "h.*.resid_*");
        along_the_stream.push_back(site<Whole<Resid<Width>>>(model, "ln_f.input"));
        record_edits(along_the_stream, stream);
        record_edits(sites<Whole<AttnOut<Width>>>(model, "h.*.attn.c_proj"), attention);
        record_edits(model->ln_f, norm);
        record(sites<Whole<Z<Width, Heads>>>(model, "h.*.attn.c_proj.input"), z);
        record(sites<Whole<MlpOut<Width>>>(model, "h.*.mlp.c_proj"), mlps);
        run_with_hooks(model, hooks, as_batch(ids));
    }
};

/// How the logit depends on what is written into the stream. Taking the mean off and weighing the channels, which the
/// norm does to every vector, is done to the logit's direction instead, once.
class LogitReadout {
public:
    /// `target` [width] is what the logit is a product with, `last` [..., width] the stream that the norm is given.
    LogitReadout(const Gpt2NormImpl& norm, double epsilon, const at::Tensor& target, const at::Tensor& last)
        : target_(target),
          scale_(last.sub(last.mean(-1, true)).square().mean(-1).add(epsilon).sqrt()),
          norm_bias_(in_float64(norm.bias).dot(target)) {
        const at::Tensor weighed = in_float64(norm.weight).mul(target);
        direction_ = weighed.sub(weighed.mean());
    }

    /// Of what is written into the stream, [..., width] -> [...].
    at::Tensor operator()(const at::Tensor& written) const { return written.matmul(direction_).div(scale_); }
    /// Of what the heads mix [..., heads * head width], which c_proj's weight [heads * head width, width] writes:
    /// [..., heads].
    at::Tensor of_heads(const at::Tensor& z, const at::Tensor& weight, Index heads) const {
        const std::array<Index, 2> split{heads, z.size(-1) / heads};
        const at::Tensor by_head = z.mul(weight.matmul(direction_)).unflatten(-1, at::IntArrayRef(split));
        return by_head.sum(-1).div(scale_.unsqueeze(-1));
    }
    /// Of what is added behind the norm, [..., width] -> [...].
    at::Tensor behind_norm(const at::Tensor& added) const { return added.matmul(target_); }
    /// Of the norm's own bias, at every position alike: [...].
    at::Tensor norm_bias() const { return norm_bias_.expand_as(scale_).clone(); }

private:
    at::Tensor target_, direction_, scale_, norm_bias_;
};

/// The direction in which the final norm's output moves the target: [width].
template <Index Width, Index Heads>
at::Tensor direction_of(const Gpt2<Width, Heads>& model, const LogitTarget& target) {
    const at::Tensor token = in_float64(unembedding_of(model, target.token)[0]);
    return target.against ? token.sub(in_float64(unembedding_of(model, *target.against)[0])) : token;
}
}  // namespace detail

/// Runs the model on token ids, [tokens] or [batch, tokens], and tells what contributed to a logit at a token, the last
/// one unless another is named (tokens(2, 5) are an axis of the result). Hooks that are active in this thread run as
/// usual: of a patched model this is the patched attribution.
///
///     DirectLogitAttribution a = direct_logit_attribution(model, ids, logit_difference(answer, other), token(-1));
///     at::Tensor best = a.heads.flatten().argmax();   // layer * heads + head
///
/// @post a.total() is what the model's logits say, up to rounding
/// @throws ValueError if the vocabulary lacks a token id; PositionError if there is no such token; what the model and
///         its hooks throw
template <Index Width, Index Heads>
DirectLogitAttribution direct_logit_attribution(Gpt2<Width, Heads> model, const at::Tensor& ids,
                                                const LogitTarget& target,
                                                const Position<Axis::token>& where = token(-1)) {
    const at::NoGradGuard no_gradients;
    const at::Tensor direction = detail::direction_of(model, target);
    const detail::AttributionPass<Width, Heads> pass(model, ids,
                                                     Recording{.tokens = where, .batches = detail::batches_of(ids)});
    const at::Tensor first = detail::in_float64(pass.stream.before.at("h.0.resid_pre"));
    const at::Tensor last = detail::in_float64(pass.stream.after.at("ln_f.input"));
    const detail::LogitReadout read(*model->ln_f, model->config().layer_norm_epsilon, direction, last);

    std::vector<at::Tensor> heads, mlps, biases;
    for (std::size_t layer = 0; layer < model->h.size(); ++layer) {
        const auto& c_proj = model->h[layer]->attn->c_proj;
        heads.push_back(read.of_heads(detail::in_float64(pass.z[layer]), detail::in_float64(c_proj->weight), Heads));
        biases.push_back(read(detail::in_float64(c_proj->bias)));
        mlps.push_back(read(detail::in_float64(pass.mlps[layer])));
    }
    return {at::stack(heads, -2),
            at::stack(mlps, -1),
            at::stack(biases, -1),
            read(first),
            read.norm_bias(),
            read(pass.stream.edits().add(pass.attention.edits())).add(read.behind_norm(pass.norm.edits()))};
}

}  // namespace suture
