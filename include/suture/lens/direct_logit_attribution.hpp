// Direct logit attribution in GPT-2: how much each head, each MLP and the embedding contribute to a logit by what they
// write into the residual stream (Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits"). The stream is
// a sum, and the final layer norm is linear once its scale is fixed to that of the recorded pass, so the logit is a sum
// as well. Law: the contributions sum to the logit.
#pragma once

#include "suture/core/diagnostics.hpp"
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
#include <ostream>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// What the parts of a GPT-2 contribute to a logit (or to the difference of two), in the logit's units, float64. The
/// leading axes are those of the attributed positions: none for one prompt [tokens] and one token, [batch] for prompts
/// [batch, tokens]. The bias of the values counts towards its head.
struct DirectLogitAttribution {
    at::Tensor heads;             ///< [..., layers, heads]: each through its rows of c_proj's weight
    at::Tensor mlps;              ///< [..., layers]: biases included
    at::Tensor attention_biases;  ///< [..., layers]: the biases of c_proj, which belong to no head
    at::Tensor embedding;         ///< [...]: token and position together
    at::Tensor norm_bias;         ///< [...]: the bias of the final layer norm
    at::Tensor edits;             ///< [...]: what active hooks wrote into the stream; 0 if nothing is edited

    /// The logit, or the difference: [...]
    at::Tensor total() const {
        return heads.sum({-2, -1}) + mlps.sum(-1) + attention_biases.sum(-1) + embedding + norm_bias + edits;
    }

    // Calls that must not compile.
    SUTURE_REJECTED_CONVERSION("an attribution has several tensors: write a.heads, a.mlps, or a.total()", at::Tensor,
                               const);
    template <class I>
    SUTURE_REJECTED("an attribution has several tensors: write a.heads, a.mlps, or a.total()", operator[](const I&)
                                                                                                   const);
    friend SUTURE_REJECTED("an attribution has several tensors: write a.heads, a.mlps, or a.total()",
                           operator<<(std::ostream&, const DirectLogitAttribution&));
#define SUTURE_OF_ITS_TENSORS(name) \
    SUTURE_ABSENT("an attribution has several tensors: write a.heads, a.mlps, or a.total()", name);
    SUTURE_OF_ITS_TENSORS(sum)
    SUTURE_OF_ITS_TENSORS(layers)
    SUTURE_OF_ITS_TENSORS(mlp)
    SUTURE_OF_ITS_TENSORS(head)
    SUTURE_OF_ITS_TENSORS(attention)
    SUTURE_OF_ITS_TENSORS(values)
    SUTURE_OF_ITS_TENSORS(embed)
    SUTURE_OF_ITS_TENSORS(bias)
#undef SUTURE_OF_ITS_TENSORS
};

namespace detail {
/// The sites where an edit may write into the stream, recorded before and after the edits.
template <class X>
struct EditedSites {
    Latest<X> before, after;

    explicit EditedSites(const RecordOptions& how)
        : before(seen_at(how, RecordPhase::before_edits)), after(seen_at(how, RecordPhase::after_edits)) {}

    /// The sum of what the edits added at all sites: [..., width].
    at::Tensor edits() const {
        at::Tensor sum = at::zeros({}, at::kDouble);
        for (std::size_t i = 0; i < after.size(); ++i) sum = sum.add(in_float64(after[i]).sub(in_float64(before[i])));
        return sum;
    }

private:
    static RecordOptions seen_at(RecordOptions how, RecordPhase when) {
        how.when = when;
        return how;
    }
};

/// One pass of the model, recorded at the attributed positions.
template <Index Width, Index Heads>
struct AttributionPass {
    EditedSites<Resid<Width>> stream;  ///< from the first block's resid_pre to the input of ln_f
    EditedSites<AttnOut<Width>> attention;
    EditedSites<Norm<Width>> norm;
    Latest<Z<Width, Heads>> z;
    Latest<MlpOut<Width>> mlps;

    AttributionPass(Gpt2<Width, Heads> model, const at::Tensor& ids, const RecordOptions& how)
        : stream(how), attention(how), norm(how), z(how), mlps(how) {
        HookSet hooks;
        const auto record = [&](const auto& at, auto& recorder) { hooks.add(at, recorder); };
        const auto record_edits = [&](const auto& at, auto& edited) {
            record(at, edited.before), record(at, edited.after);
        };
        auto along_the_stream = sites<Resid<Width>>(model, "h.*.resid_*");
        along_the_stream.push_back(site<Resid<Width>>(model, "ln_f.input"));
        record_edits(along_the_stream, stream);
        record_edits(sites<AttnOut<Width>>(model, "h.*.attn.c_proj"), attention);
        record_edits(model->ln_f, norm);
        record(sites<Z<Width, Heads>>(model, "h.*.attn.c_proj.input"), z);
        record(sites<MlpOut<Width>>(model, "h.*.mlp.c_proj"), mlps);
        run_with_hooks(model, hooks, as_batch(ids));
    }
};

/// How the logit depends on a vector written into the stream. The norm centres and weighs every vector; here that is done
/// once, to the logit's direction.
class LogitReadout {
public:
    /// The logit is the product of `target` [width] with the norm's output; `last` [..., width] is the norm's input.
    template <Index Width>
    LogitReadout(const Gpt2NormImpl<Width>& norm, double epsilon, const at::Tensor& target, const at::Tensor& last)
        : target_(target),
          scale_(last.sub(last.mean(-1, true)).square().mean(-1).add(epsilon).sqrt()),
          norm_bias_(in_float64(norm.bias).dot(target)) {
        const at::Tensor weighed = in_float64(norm.weight).mul(target);
        direction_ = weighed.sub(weighed.mean());
    }

    /// The contribution of vectors written into the stream: [..., width] -> [...].
    at::Tensor operator()(const at::Tensor& written) const { return written.matmul(direction_).div(scale_); }
    /// The contributions of the heads' mixed values [..., heads * head width], which c_proj's weight
    /// [heads * head width, width] writes into the stream: [..., heads].
    at::Tensor of_heads(const at::Tensor& z, const at::Tensor& weight, Index heads) const {
        const std::array<Index, 2> split{heads, z.size(-1) / heads};
        const at::Tensor by_head = z.mul(weight.matmul(direction_)).unflatten(-1, at::IntArrayRef(split));
        return by_head.sum(-1).div(scale_.unsqueeze(-1));
    }
    /// The contribution of vectors added after the norm: [..., width] -> [...].
    at::Tensor after_norm(const at::Tensor& added) const { return added.matmul(target_); }
    /// The contribution of the norm's bias, the same at every position: [...].
    at::Tensor norm_bias() const { return norm_bias_.expand_as(scale_).clone(); }

private:
    at::Tensor target_, direction_, scale_, norm_bias_;
};

/// The direction of the final norm's output that moves the target: [width].
template <Index Width, Index Heads>
at::Tensor direction_of(const Gpt2<Width, Heads>& model, const LogitTarget& target) {
    const at::Tensor token = in_float64(unembedding_of(model, target.token)[0]);
    return target.against ? token.sub(in_float64(unembedding_of(model, *target.against)[0])) : token;
}
}  // namespace detail

/// Runs the model on token ids, [tokens] or [batch, tokens], and attributes a logit at one position, by default the last;
/// several, as tokens(2, 5), become an axis of the result. Hooks that are active in this thread run as usual, so a patched
/// model gives the attribution of its patched pass.
///
///     DirectLogitAttribution a = direct_logit_attribution(model, ids, logit_difference(answer, other), token(-1));
///     at::Tensor best = a.heads.flatten().argmax();   // layer * heads + head
///
/// @post a.total() equals the model's logit, up to rounding
/// @throws ValueError if the vocabulary lacks a token id; PositionError if the position is out of range; whatever the
///         model and its hooks throw
template <Index Width, Index Heads>
DirectLogitAttribution direct_logit_attribution(Gpt2<Width, Heads> model, const at::Tensor& ids,
                                                const LogitTarget& target,
                                                const Position<Axis::token>& where = token(-1)) {
    const at::NoGradGuard no_gradients;
    const at::Tensor direction = detail::direction_of(model, target);
    const detail::AttributionPass<Width, Heads> pass(
        model, ids, RecordOptions{.tokens = where, .batches = detail::batches_of(ids)});
    const at::Tensor first = detail::in_float64(pass.stream.before["h.0.resid_pre"]);
    const at::Tensor last = detail::in_float64(pass.stream.after["ln_f.input"]);
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
            read(pass.stream.edits().add(pass.attention.edits())).add(read.after_norm(pass.norm.edits()))};
}

template <class...>
SUTURE_REJECTED("a logit is attributed: write direct_logit_attribution(model, ids, logit(7))",
                direct_logit_attribution(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
