// Direct logit attribution in a decoder: how much each head, each MLP and the embedding contribute to a logit by what they
// write into the residual stream (Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits"). The stream is
// a sum, and the final norm is linear once its scale is fixed to that of the recorded pass, so the logit is a sum
// as well. Law: the contributions sum to the logit.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/core/where.hpp"
#include "suture/decoder/decoder.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/hook/site_ref.hpp"
#include "suture/lens/decoder_logit_lens.hpp"
#include "suture/record/latest.hpp"
#include "suture/stats/numbers.hpp"
#include "suture/sweep/metric.hpp"

#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <array>
#include <cstddef>
#include <ostream>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// What the parts of a decoder contribute to a logit (or to the difference of two), in the logit's units, float64. The
/// leading axes are those of the attributed positions: none for one prompt [tokens] and one token, [batch] for prompts
/// [batch, tokens]. The bias of the values counts towards its head.
struct DirectLogitAttribution {
    at::Tensor heads;             ///< [..., layers, heads]: each through its rows of the output projection's weight
    at::Tensor mlps;              ///< [..., layers]: biases included
    at::Tensor attention_biases;  ///< [..., layers]: the biases of c_proj, which belong to no head
    at::Tensor embedding;         ///< [...]: token and position together
    at::Tensor norm_bias;         ///< [...]: the bias of the final norm
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

    /// What the edits added at the site of this number: [..., width].
    at::Tensor edits(std::size_t i) const { return in_float64(after[i]).sub(in_float64(before[i])); }
    /// The sum over all sites.
    at::Tensor edits() const {
        at::Tensor sum = at::zeros({}, at::kDouble);
        for (std::size_t i = 0; i < after.size(); ++i) sum = sum.add(edits(i));
        return sum;
    }

private:
    static RecordOptions seen_at(RecordOptions how, RecordPhase when) {
        how.when = when;
        return how;
    }
};

/// One pass of the model, recorded at the attributed positions.
struct AttributionPass {
    EditedSites<Resid<dynamic>> stream;  ///< from the first block's resid_pre to the input of the final norm
    EditedSites<AttnOut<dynamic>> attention;
    EditedSites<Norm<dynamic>> norm;
    Latest<Z<dynamic, dynamic>> z;
    Latest<MlpOut<dynamic>> mlps;
    // Where a family normalises what attention and MLP add to the stream: what goes into these norms, and comes out.
    EditedSites<AttnOut<dynamic>> into_attn_norms;
    EditedSites<MlpOut<dynamic>> into_mlp_norms;
    EditedSites<Norm<dynamic>> attn_norms, mlp_norms;

    AttributionPass(Decoder model, const at::Tensor& ids, const RecordOptions& how)
        : stream(how),
          attention(how),
          norm(how),
          z(how),
          mlps(how),
          into_attn_norms(how),
          into_mlp_norms(how),
          attn_norms(how),
          mlp_norms(how) {
        const DecoderConfig& config = model->config();
        const Extents<Resid<dynamic>> width(config.width);
        const Extents<Z<dynamic, dynamic>> heads(config.heads * config.head_width, config.heads);
        std::vector<SiteRef<Resid<dynamic>>> along_the_stream;
        std::vector<SiteRef<AttnOut<dynamic>>> attentions, before_attn_norms;
        std::vector<SiteRef<Z<dynamic, dynamic>>> mixed;
        std::vector<SiteRef<MlpOut<dynamic>>> of_mlps, before_mlp_norms;
        std::vector<SiteRef<Norm<dynamic>>> after_attn_norms, after_mlp_norms;
        for (const auto& block : model->blocks) {
            along_the_stream.push_back(site_ref(block->resid_pre));
            if (!config.is_parallel) along_the_stream.push_back(site_ref(block->resid_mid));
            along_the_stream.push_back(site_ref(block->resid_post));
            attentions.push_back(site_ref(block->attn->out->output));
            mixed.emplace_back(block->attn->out->input, heads);
            of_mlps.push_back(site_ref(block->mlp->down->output));
            if (!config.has_post_norms) continue;
            before_attn_norms.emplace_back(block->attn_post_norm->input, Extents<AttnOut<dynamic>>(config.width));
            before_mlp_norms.emplace_back(block->mlp_post_norm->input, Extents<MlpOut<dynamic>>(config.width));
            after_attn_norms.push_back(site_ref(block->attn_post_norm->output));
            after_mlp_norms.push_back(site_ref(block->mlp_post_norm->output));
        }
        along_the_stream.emplace_back(model->final_norm->input, width);

        HookSet hooks;
        const auto record_edits = [&](const auto& at, auto& edited) {
            hooks.add(at, edited.before), hooks.add(at, edited.after);
        };
        record_edits(along_the_stream, stream);
        record_edits(attentions, attention);
        record_edits(model->final_norm, norm);
        hooks.add(mixed, z);
        hooks.add(of_mlps, mlps);
        if (config.has_post_norms) {
            record_edits(before_attn_norms, into_attn_norms), record_edits(before_mlp_norms, into_mlp_norms);
            record_edits(after_attn_norms, attn_norms), record_edits(after_mlp_norms, mlp_norms);
        }
        run_with_hooks(model, hooks, as_batch(ids));
    }
};

/// A norm as the linear map that it is once its scale is fixed to that of one pass.
class FixedNorm {
public:
    /// @param input what it normalised in that pass: [..., width]
    template <class Norm>
    FixedNorm(const Norm& norm, const at::Tensor& input)
        : gain_(in_float64(norm.weight).add(norm.options().offset)),
          is_centred_(norm.options().kind == NormKind::layer),
          bias_(norm.bias.defined() ? in_float64(norm.bias) : at::zeros_like(gain_)) {
        const at::Tensor centred = is_centred_ ? input.sub(input.mean(-1, true)) : input;
        scale_ = centred.square().mean(-1).add(norm.options().epsilon).sqrt();
    }
    /// What a direction of the output, [width], is as a direction of the input, but for the scale.
    at::Tensor back(const at::Tensor& direction) const {
        const at::Tensor weighed = gain_.mul(direction);
        return is_centred_ ? weighed.sub(weighed.mean()) : weighed;
    }
    const at::Tensor& scale() const { return scale_; }  ///< [...]
    const at::Tensor& bias() const { return bias_; }    ///< [width]

private:
    at::Tensor gain_;
    bool is_centred_;
    at::Tensor bias_, scale_;
};

/// How the logit depends on a vector: on one written into the stream, or on one that goes through another norm first. The norm
/// centres and weighs every vector; here that is done once, to the logit's direction.
class LogitReadout {
public:
    /// The logit is the product of `direction` [width] with the vector, divided by `scale` [...].
    LogitReadout(const at::Tensor& direction, const at::Tensor& scale) : direction_(direction), scale_(scale) {}
    /// The same for vectors that this norm reads.
    LogitReadout through(const FixedNorm& norm) const { return {norm.back(direction_), scale_.mul(norm.scale())}; }
    /// The contribution of vectors: [..., width] -> [...].
    at::Tensor operator()(const at::Tensor& written) const { return written.matmul(direction_).div(scale_); }
    /// The contributions of the heads' mixed values [..., heads * head width], which the output projection's weight
    /// [heads * head width, width] writes: [..., heads].
    at::Tensor of_heads(const at::Tensor& z, const at::Tensor& weight, Index heads) const {
        const std::array<Index, 2> split{heads, z.size(-1) / heads};
        const at::Tensor by_head = z.mul(weight.matmul(direction_)).unflatten(-1, at::IntArrayRef(split));
        return by_head.sum(-1).div(scale_.unsqueeze(-1));
    }

private:
    at::Tensor direction_, scale_;
};

/// The direction of the final norm's output that moves the target: [width].
inline at::Tensor direction_of(const Decoder& model, const LogitTarget& target) {
    const at::Tensor token = in_float64(unembedding_of(model, target.token)[0]);
    return target.against ? token.sub(in_float64(unembedding_of(model, *target.against)[0])) : token;
}

/// What active hooks at the sites within a norm change in its output: [..., width].
/// @param input what the norm read @param output what came out of it, before edits at its output
template <class Norm>
at::Tensor edits_within(const Norm& norm, const at::Tensor& input, const at::Tensor& output) {
    if (!norm.scale.is_hooked() && !norm.normalized.is_hooked()) return at::zeros(input.sizes(), at::kDouble);
    return in_float64(output).sub(in_float64(norm.without_sites(input)));
}

/// A linear layer's bias as float64, or zeros [width].
inline at::Tensor bias_in_float64(const at::Tensor& bias, Index width) {
    return bias.defined() ? in_float64(bias) : at::zeros({width}, at::kDouble);
}
}  // namespace detail

/// Runs the model on token ids, [tokens] or [batch, tokens], and attributes a logit at one position, by default the last;
/// several, as tokens(2, 5), become an axis of the result. Hooks that are active in this thread run as usual, so a patched
/// model gives the attribution of its patched pass.
///
///     DirectLogitAttribution a = direct_logit_attribution(model, ids, logit_difference(answer, other), token(-1));
///     at::Tensor best = a.heads.flatten().argmax();   // layer * heads + head
///
/// @post a.total() equals the model's logit, up to rounding; if the family caps its logits, the one before the cap
/// @throws ValueError if the vocabulary lacks a token id; PositionError if the position is out of range; whatever the
///         model and its hooks throw
inline DirectLogitAttribution direct_logit_attribution(const Decoder& model, const at::Tensor& ids,
                                                       const LogitTarget& target,
                                                       const Position<Axis::token>& where = token(-1)) {
    using detail::edits_within, detail::in_float64;
    const at::NoGradGuard no_gradients;
    const DecoderConfig& config = model->config();
    const at::Tensor direction = detail::direction_of(model, target);
    const detail::AttributionPass pass(model, ids, RecordOptions{.tokens = where, .batches = detail::batches_of(ids)});
    const at::Tensor first = in_float64(pass.stream.before[model->blocks[0]->resid_pre.name()]);
    const at::Tensor last = pass.stream.after[model->final_norm->input.name()].clone();
    const detail::FixedNorm final_norm(*model->final_norm, in_float64(last));
    const detail::LogitReadout read(final_norm.back(direction), final_norm.scale());

    std::vector<at::Tensor> heads, mlps, biases;
    at::Tensor edits = read(pass.stream.edits());
    if (!config.has_post_norms) edits = edits.add(read(pass.attention.edits()));
    for (std::size_t layer = 0; layer < model->blocks.size(); ++layer) {
        const auto& block = model->blocks[layer];
        detail::LogitReadout of_attention = read, of_mlp = read;
        at::Tensor attention_bias = at::zeros_like(final_norm.scale()), mlp_bias = attention_bias;
        if (config.has_post_norms) {
            const detail::FixedNorm after_attn(*block->attn_post_norm, in_float64(pass.into_attn_norms.after[layer]));
            const detail::FixedNorm after_mlp(*block->mlp_post_norm, in_float64(pass.into_mlp_norms.after[layer]));
            of_attention = read.through(after_attn), of_mlp = read.through(after_mlp);
            attention_bias = read(after_attn.bias()), mlp_bias = read(after_mlp.bias());
            edits = edits.add(of_attention(pass.attention.edits(layer).add(pass.into_attn_norms.edits(layer))))
                        .add(of_mlp(pass.into_mlp_norms.edits(layer)))
                        .add(read(pass.attn_norms.edits(layer).add(pass.mlp_norms.edits(layer))))
                        .add(read(edits_within(*block->attn_post_norm, pass.into_attn_norms.after[layer].clone(),
                                               pass.attn_norms.before[layer].clone())))
                        .add(read(edits_within(*block->mlp_post_norm, pass.into_mlp_norms.after[layer].clone(),
                                               pass.mlp_norms.before[layer].clone())));
        }
        const auto& out = block->attn->out;
        heads.push_back(of_attention.of_heads(in_float64(pass.z[layer]), in_float64(out->by_input()), config.heads));
        biases.push_back(of_attention(detail::bias_in_float64(out->bias, config.width)).add(attention_bias));
        mlps.push_back(of_mlp(in_float64(pass.mlps[layer])).add(mlp_bias));
    }
    return {at::stack(heads, -2),
            at::stack(mlps, -1),
            at::stack(biases, -1),
            read(first),
            final_norm.bias().dot(direction).expand_as(final_norm.scale()).clone(),
            edits.add(pass.norm.edits()
                          .add(edits_within(*model->final_norm, last, pass.norm.before[0].clone()))
                          .matmul(direction))};
}

template <class...>
SUTURE_REJECTED("a logit is attributed: write direct_logit_attribution(model, ids, logit(7))",
                direct_logit_attribution(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
