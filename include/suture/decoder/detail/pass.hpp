// What all blocks of one pass over whole prompts, or over some positions of them, need beside the residual stream: the
// angles of rotary embeddings and which keys a query meets. Computed once for each kind of layer.
#pragma once

#include "suture/decoder/config.hpp"
#include "suture/decoder/detail/pass_plan.hpp"
#include "suture/decoder/detail/rotary_angles.hpp"
#include "suture/decoder/key_value_cache.hpp"
#include "suture/model/causal_positions.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace suture::detail {

/// One pass of a decoder.
class DecoderPass {
public:
    /// All positions of prompts [batch, positions]. @param x the residual stream [..., positions, width]
    DecoderPass(const DecoderConfig& config, const at::Tensor& x)
        : DecoderPass(config, x, at::arange(x.size(-2), x.options().dtype(at::kLong)), x.size(-2)) {}
    /// New tokens, padded or behind those of a cache. @param x the residual stream [batch, tokens, width]
    DecoderPass(const DecoderConfig& config, const at::Tensor& x, const PassPlan& plan, KeyValueCache* cache)
        : DecoderPass(config, x, plan.positions, 0) {
        plan_ = &plan, cache_ = cache;
        if (cache_) next_.resize(static_cast<std::size_t>(config.layers));
    }
    /// Some positions of prompts. @param x the residual stream [positions, width]
    DecoderPass(const DecoderConfig& config, const at::Tensor& x, const CausalPositions& positions)
        : DecoderPass(config, x, config.rotary ? positions.indices() : at::Tensor(), 0) {}

    /// The angles of a layer's rotary embedding, or null where it has none.
    const RotaryAngles* angles(Index layer) const {
        const Rotary* rotary = config_.rotary_of(layer);
        if (!rotary) return nullptr;
        std::optional<RotaryAngles>& kept = rotary == &*config_.rotary ? angles_ : window_angles_;
        if (!kept)
            kept = plan_ ? rotary_angles_by_row(*rotary, positions_, like_)
                         : rotary_angles(*rotary, positions_, length_, like_);
        return &*kept;
    }
    /// Which keys a query does not meet: [queries, keys], or [batch, 1 or heads, queries, keys]. @pre the pass is not over some
    /// positions of prompts
    const at::Tensor& hidden(Index layer) const {
        const auto [at, is_new] = hidden_.try_emplace(config_.window(layer));
        if (is_new) at->second = plan_ ? hidden_by_plan(at->first) : hidden_keys(positions_, positions_, at->first);
        return at->second;
    }
    /// The queries that meet no key, [batch, 1 or heads, queries, 1]; undefined if each meets one.
    const at::Tensor& blind(Index layer) const {
        const auto [at, is_new] = blind_.try_emplace(config_.window(layer));
        if (is_new && plan_ && (plan_->has_padding || plan_->may_meet.defined()))
            if (at::Tensor all = hidden(layer).all(-1, true); all.any().item<bool>()) at->second = std::move(all);
        return at->second;
    }
    /// The keys and values of a layer, [batch, key heads, tokens, head width], behind those that the cache holds.
    KeysAndValues with_cached(Index layer, KeysAndValues own) const {
        if (!cache_) return own;
        const auto at = static_cast<std::size_t>(layer);
        if (!cache_->empty()) {
            const KeysAndValues& past = cache_->layers_[at];
            if (past.keys.scalar_type() != own.keys.scalar_type() || past.keys.device() != own.keys.device())
                throw TypeError("the cache holds keys that are " + tensor_text(past.keys) +
                                ", but the model computes " + tensor_text(own.keys) +
                                ": use a cache with the model that filled it");
            own = {at::cat({past.keys, own.keys}, 2), at::cat({past.values, own.values}, 2)};
        }
        return next_[at] = {own.keys.contiguous(), own.values.contiguous()};
    }
    /// Adds what the pass computed to the cache: at the end, so that a pass that throws leaves it as it was.
    void fill_cache() const {
        if (!cache_) return;
        cache_->layers_ = std::move(next_);
        cache_->is_padding_ = plan_->is_padding;
    }

private:
    at::Tensor hidden_by_plan(Index window) const {
        const at::TensorOptions count = positions_.options();
        const Index keys = plan_->past + plan_->columns;
        at::Tensor hidden = hidden_keys(at::arange(plan_->past, keys, count), at::arange(keys, count), window);
        if (plan_->has_padding)
            hidden = hidden.logical_or(plan_->is_padding.unsqueeze(1)).unsqueeze(1);  // [batch, 1, queries, keys]
        return plan_->may_meet.defined() ? hidden.logical_or(plan_->may_meet.logical_not()) : hidden;
    }
    DecoderPass(const DecoderConfig& config, const at::Tensor& x, at::Tensor positions, Index length)
        : config_(config), positions_(std::move(positions)), length_(length), like_(x.options()) {}

    const DecoderConfig& config_;
    at::Tensor positions_;
    Index length_;  ///< of the prompts; for some positions 0, which stands for a prompt within the original positions
    at::TensorOptions like_;
    mutable std::optional<RotaryAngles> angles_, window_angles_;
    mutable std::map<Index, at::Tensor> hidden_, blind_;  ///< by window
    const PassPlan* plan_ = nullptr;
    KeyValueCache* cache_ = nullptr;
    mutable std::vector<KeysAndValues> next_;  ///< of each layer, for the cache
};

}  // namespace suture::detail
