// The causal attention of a decoder: grouped queries, rotary embedding, norms of queries and keys, windows.
#pragma once

#include "suture/core/catalogue.hpp"
#include "suture/decoder/config.hpp"
#include "suture/decoder/detail/head_reads.hpp"
#include "suture/decoder/detail/pass.hpp"
#include "suture/decoder/detail/refused_on_models.hpp"
#include "suture/decoder/layers.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hooked.hpp"
#include "suture/hook/site_ref.hpp"
#include "suture/hook/sites.hpp"
#include "suture/model/causal_positions.hpp"
#include "suture/tensor/extents.hpp"
#include "suture/tensor/view.hpp"

#include <ATen/ops/cat.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <type_traits>

namespace suture {

/// The attention of one block. Which projections it has, `config().packing` says: `q`, `k` and `v`, `qkv` side by side or
/// `qkv_by_head`. Sites, by the paths of their family, such as `self_attn.q_proj`, and by these names:
///
/// - the projections: queries, keys and values, before their norms and their rotation
/// - `qkv`: what the projections give, side by side, where a family packs it otherwise; computed only where something waits
///   there. `qkv_site()` is the site with this layout in every family
/// - `q_norm`, `k_norm`: queries and keys after the norms of heads, where a family has them
/// - `rot_q`, `rot_k`: after the rotation, as the scores are computed from them, where a family rotates
/// - `scores`, `pattern`: before and after the softmax, [batch, heads, queries, keys], without a layout
/// - `z`: the values mixed by each head
/// - `result`: what each head adds to the residual stream, computed only where something waits there
/// - the output projection, whose output is added to the residual stream
class DecoderAttentionImpl : public torch::nn::Cloneable<DecoderAttentionImpl>,
                             public HasSites,
                             public detail::ModulesNamedElsewhere {
public:
    using Qkv = Phi3Qkv<dynamic, dynamic, dynamic>;
    using QkvByHead = NeoXQkv<dynamic, dynamic>;
    using Queries = LlamaQ<dynamic, dynamic>;
    using Keys = LlamaK<dynamic, dynamic>;
    using Values = LlamaV<dynamic, dynamic>;

    DecoderAttentionImpl(const DecoderConfig& config, Index layer, DecoderWeights weights)
        : config_(config),
          layer_(layer),
          weights_(weights),
          side_by_side_extents_({{config.heads * config.head_width, config.heads},
                                 {config.key_heads * config.head_width, config.key_heads},
                                 {config.key_heads * config.head_width, config.key_heads}}),
          by_head_extents_({{config.head_width}, {config.head_width}, {config.head_width}}, config.heads) {
        reset();
    }
    void reset() override {
        const DecoderNames& names = *config_.names;
        const Index width = config_.width, of_queries = config_.heads * config_.head_width,
                    of_keys = config_.key_heads * config_.head_width;
        const ProjectionOptions in{config_.has_qkv_bias, config_.is_transposed, 0.02, weights_};
        const ProjectionOptions back{config_.has_attn_out_bias, config_.is_transposed,
                                     0.02 / std::sqrt(2.0 * static_cast<double>(config_.layers)), weights_};
        const Extents<Queries> queries(of_queries, config_.heads);
        const Extents<Keys> keys(of_keys, config_.key_heads);
        switch (config_.packing) {
            case QkvPacking::fused:
                qkv = this->register_module(names.qkv, Hooked<Projection, Qkv>(width, of_queries + 2 * of_keys, in));
                qkv->output.bind(side_by_side_extents_);
                break;
            case QkvPacking::interleaved:
                qkv_by_head =
                    this->register_module(names.qkv, Hooked<Projection, QkvByHead>(width, 3 * of_queries, in));
                qkv_by_head->output.bind(by_head_extents_);
                break;
            case QkvPacking::separate:
                q = this->register_module(names.q, Hooked<Projection, Queries>(width, of_queries, in));
                k = this->register_module(names.k, Hooked<Projection, Keys>(width, of_keys, in));
                v = this->register_module(names.v, Hooked<Projection, Values>(width, of_keys, in));
                q->output.bind(queries), k->output.bind(keys);
                v->output.bind(Extents<Values>(of_keys, config_.key_heads));
                break;
        }
        if (config_.has_qk_norms) {
            q_norm = this->register_module(names.q_norm, HeadNorm(config_.head_width, norm_options()));
            k_norm = this->register_module(names.k_norm, HeadNorm(config_.head_width, norm_options()));
        }
        out = this->register_module(names.attn_out, Hooked<Projection, AttnOut<dynamic>>(of_queries, width, back));
        out->output.bind(Extents<AttnOut<dynamic>>(width));
        side_by_side.bind(side_by_side_extents_);
        normed_q.bind(queries), rot_q.bind(queries), normed_k.bind(keys), rot_k.bind(keys);
        z.bind(Extents<Z<dynamic, dynamic>>(of_queries, config_.heads));
        result.bind(Extents<HeadOut<dynamic, dynamic>>(config_.heads * width, config_.heads));
    }
    void visit_sites(const SiteVisitor& visit) override {
        if (config_.packing != QkvPacking::fused) visit("qkv", side_by_side);
        if (config_.has_qk_norms) visit(config_.names->q_norm, normed_q), visit(config_.names->k_norm, normed_k);
        if (config_.rotary) visit("rot_q", rot_q), visit("rot_k", rot_k);
        visit("scores", scores);
        visit("pattern", pattern);
        visit("z", z);
        visit("result", result);
    }
    /// [batch, tokens, width] -> the same.
    /// @param x what all heads read
    /// @param pass which keys a query meets, and the rotary angles
    /// @param own what heads read instead of x
    at::Tensor forward(const at::Tensor& x, const detail::DecoderPass& pass, const detail::HeadReads& own = {}) {
        const auto [queries, keys, values] = by_head(x, pass, own);
        const detail::KeysAndValues all = pass.with_cached(layer_, {keys.transpose(-3, -2), values.transpose(-3, -2)});
        const at::Tensor scored =
            scores(detail::causal_scores(queries.transpose(-3, -2), all.keys, pass.hidden(layer_), how()));
        const at::Tensor attended = pattern(detail::attention_pattern(scored, pass.blind(layer_)));
        return output(z(detail::mixed_values(attended, all.values).transpose(-3, -2).flatten(-2)));
    }
    /// [positions, width] -> [kept positions, width]. The sites `scores` and `pattern` are not passed.
    at::Tensor forward_at(const at::Tensor& x, const detail::DecoderPass& pass, CausalPositions& positions,
                          const detail::HeadReads& own = {}) {
        const auto [queries, keys, values] = by_head(x, pass, own);
        return output(z(positions.attend(queries, keys, values, how()).flatten(-2)));
    }
    const DecoderConfig& config() const { return config_; }
    /// The queries, keys and values side by side, before norms and rotation, however the family packs them.
    SiteRef<Qkv> qkv_site() const {
        return config_.packing == QkvPacking::fused ? site_ref(qkv->output) : site_ref(side_by_side);
    }

    Hooked<Projection, Qkv> qkv{nullptr};
    Hooked<Projection, QkvByHead> qkv_by_head{nullptr};
    Hooked<Projection, Queries> q{nullptr};
    Hooked<Projection, Keys> k{nullptr};
    Hooked<Projection, Values> v{nullptr};
    HeadNorm q_norm{nullptr}, k_norm{nullptr};
    HookPoint<Qkv> side_by_side;
    HookPoint<Queries> normed_q, rot_q;
    HookPoint<Keys> normed_k, rot_k;
    HookPoint<AnyLayout> scores, pattern;
    HookPoint<Z<dynamic, dynamic>> z;
    HookPoint<HeadOut<dynamic, dynamic>> result;
    Hooked<Projection, AttnOut<dynamic>> out{nullptr};

private:
    /// [..., heads * n] -> [..., heads, n]
    static at::Tensor in_heads(const at::Tensor& channels, Index heads) {
        const std::array<Index, 2> split{heads, channels.size(-1) / heads};
        return channels.unflatten(-1, at::IntArrayRef(split));
    }
    Index heads_of(std::size_t part) const { return part == 0 ? config_.heads : config_.key_heads; }
    DecoderNormOptions norm_options() const { return DecoderNormOptions(config_, weights_); }

    /// Queries, keys and values as the scores and the mixing take them: [..., heads, head width] each.
    std::array<at::Tensor, 3> by_head(const at::Tensor& x, const detail::DecoderPass& pass,
                                      const detail::HeadReads& own) {
        auto [queries, keys, values] = through_side_by_side(projected(x, own));
        if (config_.has_qk_norms) {
            queries = passed(normed_q, q_norm->forward(queries));
            keys = passed(normed_k, k_norm->forward(keys));
        }
        if (const detail::RotaryAngles* angles = pass.angles(layer_)) {
            queries = passed(rot_q, angles->rotate(queries));
            keys = passed(rot_k, angles->rotate(keys));
        }
        return {queries, keys, values};
    }
    std::array<at::Tensor, 3> through_side_by_side(const std::array<at::Tensor, 3>& parts) const {
        if (config_.packing == QkvPacking::fused || !side_by_side.is_hooked()) return parts;
        const at::Tensor packed = packed_of<Qkv>(parts), passed = side_by_side(packed);
        return passed.is_same(packed) ? parts : parts_of<Qkv>(passed);
    }
    /// What is in heads passes a site whose layout has the heads in its channels.
    template <class L>
    static at::Tensor passed(const HookPoint<L>& site, const at::Tensor& x) {
        return site.is_hooked() ? in_heads(site(x.flatten(-2)), x.size(-2)) : x;
    }

    /// The queries, keys and values: [..., width] -> [..., heads, head width] each.
    std::array<at::Tensor, 3> projected(const at::Tensor& x, const detail::HeadReads& own) {
        switch (config_.packing) {
            case QkvPacking::fused:
                return parts_of<Qkv>(one_projection(qkv, x, own));
            case QkvPacking::interleaved:
                return parts_of<QkvByHead>(one_projection(qkv_by_head, x, own));
            case QkvPacking::separate:
                break;
        }
        const auto project = [&](auto& projection, std::size_t part) {
            return in_heads(projected(projection, x, own, part), heads_of(part));
        };
        return {project(q, 0), project(k, 1), project(v, 2)};
    }
    /// Queries, keys and values, [..., heads, head width] each, of what is packed like L: [..., channels].
    template <class L>
    std::array<at::Tensor, 3> parts_of(const at::Tensor& packed) const {
        if constexpr (std::is_same_v<L, QkvByHead>) {
            const auto [queries, keys, values] = suture::split(borrow(packed, by_head_extents_));
            return {queries.unsafe_tensor(), keys.unsafe_tensor(), values.unsafe_tensor()};
        } else {
            const auto [queries, keys, values] = suture::split(borrow(packed, side_by_side_extents_));
            return {in_heads(queries.unsafe_tensor(), config_.heads), in_heads(keys.unsafe_tensor(), config_.key_heads),
                    in_heads(values.unsafe_tensor(), config_.key_heads)};
        }
    }
    /// The inverse.
    template <class L>
    at::Tensor packed_of(const std::array<at::Tensor, 3>& parts) const {
        if constexpr (std::is_same_v<L, QkvByHead>) return at::cat({parts[0], parts[1], parts[2]}, -1).flatten(-2);
        return at::cat({parts[0].flatten(-2), parts[1].flatten(-2), parts[2].flatten(-2)}, -1);
    }

    template <class L>
    at::Tensor one_projection(Hooked<Projection, L>& projection, const at::Tensor& x, const detail::HeadReads& own) {
        if (own.is_empty()) return projection(x);
        const at::Tensor read = projection->input(x);
        check_one_norm(x, read, own, projection->input.name());
        std::array<at::Tensor, 3> parts = parts_of<L>(projection->ProjectionImpl::forward(read));
        // Rows of the weight, [out, in], lie as the channels of the output do.
        const std::array<at::Tensor, 3> weights = parts_of<L>(projection->by_output().t());
        std::array<at::Tensor, 3> biases;
        if (projection->bias.defined()) biases = parts_of<L>(projection->bias);
        for (std::size_t i = 0; i < parts.size(); ++i)
            parts[i] = replaced(parts[i], own.parts[i], weights[i], biases[i]);
        return projection->output(packed_of<L>(parts));
    }
    template <class L>
    at::Tensor projected(Hooked<Projection, L>& projection, const at::Tensor& x, const detail::HeadReads& own,
                         std::size_t part) {
        if (!own.parts[part].normalized.defined()) return projection(x);
        const at::Tensor read = projection->input(x);
        check_one_norm(x, read, own, projection->input.name());
        const Index heads = heads_of(part);
        const at::Tensor plain = in_heads(projection->ProjectionImpl::forward(read), heads);
        const at::Tensor bias = projection->bias.defined() ? in_heads(projection->bias, heads) : at::Tensor();
        return projection->output(
            replaced(plain, own.parts[part], in_heads(projection->by_input(), heads), bias).flatten(-2));
    }
    static void check_one_norm(const at::Tensor& x, const at::Tensor& read, const detail::HeadReads& own,
                               const std::string& site) {
        if (!read.is_same(x) && own.hides(x, read)) detail::refuse_two_norms(own.site, site);
    }
    /// What heads project, [..., heads, head width], those that read something of their own from that.
    /// @param weight [width, heads, head width]
    /// @param bias [heads, head width], or undefined
    static at::Tensor replaced(const at::Tensor& plain, const detail::HeadReads::Part& own, const at::Tensor& weight,
                               const at::Tensor& bias) {
        if (!own.normalized.defined()) return plain;
        const at::Tensor each =
            own.normalized.unsqueeze(-2).matmul(weight.transpose(0, 1)).squeeze(-2);  // [..., heads, head width]
        return detail::where_changed(own.changed, bias.defined() ? each.add(bias) : each, plain);
    }

    /// What the heads' values z, [..., heads * head width], add to the residual stream.
    at::Tensor output(const at::Tensor& mixed) {
        if (!result.is_hooked()) return out(mixed);
        const std::array<Index, 3> sizes{config_.heads, config_.head_width, config_.width};
        const at::Tensor weight = out->by_input().reshape(at::IntArrayRef(sizes));
        const at::Tensor read = out->input(mixed), fused = out->ProjectionImpl::forward(read);
        const at::Tensor each = in_heads(read, config_.heads).unsqueeze(-2).matmul(weight).squeeze(-2).flatten(-2);
        const at::Tensor passed = result(each);
        if (passed.is_same(each)) return out->output(fused);
        const at::Tensor changed = passed.ne(each).any(-1, true), sum = in_heads(passed, config_.heads).sum(-2);
        return out->output(detail::where_changed(changed, out->bias.defined() ? sum.add(out->bias) : sum, fused));
    }
    CausalScores how() const {
        const double by_layer = config_.is_score_scaled_by_layer ? static_cast<double>(layer_ + 1) : 1;
        return {config_.score_scale / by_layer, config_.score_cap, config_.window(layer_)};
    }
    DecoderConfig config_;
    Index layer_;
    DecoderWeights weights_;
    Extents<Qkv> side_by_side_extents_;
    Extents<QkvByHead> by_head_extents_;
};

}  // namespace suture
