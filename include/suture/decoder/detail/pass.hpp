// What all blocks of one pass over whole prompts, or over some positions of them, need beside the residual stream: the
// angles of rotary embeddings and which keys a query meets. Computed once for each kind of layer.
#pragma once

#include "suture/decoder/config.hpp"
#include "suture/decoder/detail/rotary_angles.hpp"
#include "suture/model/causal_positions.hpp"

#include <ATen/ops/arange.h>

#include <map>
#include <optional>

namespace suture::detail {

/// One pass of a decoder.
class DecoderPass {
public:
    /// All positions of prompts [batch, positions]. @param x the residual stream [..., positions, width]
    DecoderPass(const DecoderConfig& config, const at::Tensor& x)
        : DecoderPass(config, x, at::arange(x.size(-2), x.options().dtype(at::kLong)), x.size(-2)) {}
    /// Some positions of prompts. @param x the residual stream [positions, width]
    DecoderPass(const DecoderConfig& config, const at::Tensor& x, const CausalPositions& positions)
        : DecoderPass(config, x, config.rotary ? positions.indices() : at::Tensor(), 0) {}

    /// The angles of a layer's rotary embedding, or null where it has none.
    const RotaryAngles* angles(Index layer) const {
        const Rotary* rotary = config_.rotary_of(layer);
        if (!rotary) return nullptr;
        std::optional<RotaryAngles>& kept = rotary == &*config_.rotary ? angles_ : window_angles_;
        if (!kept) kept = rotary_angles(*rotary, positions_, length_, like_);
        return &*kept;
    }
    /// Which keys a query does not meet: [queries, keys]. @pre the pass is over whole prompts
    const at::Tensor& hidden(Index layer) const {
        const auto [at, is_new] = hidden_.try_emplace(config_.window(layer));
        if (is_new) at->second = hidden_keys(positions_, positions_, at->first);
        return at->second;
    }

private:
    DecoderPass(const DecoderConfig& config, const at::Tensor& x, at::Tensor positions, Index length)
        : config_(config), positions_(std::move(positions)), length_(length), like_(x.options()) {}

    const DecoderConfig& config_;
    at::Tensor positions_;
    Index length_;  ///< of the prompts; for some positions 0, which stands for a prompt within the original positions
    at::TensorOptions like_;
    mutable std::optional<RotaryAngles> angles_, window_angles_;
    mutable std::map<Index, at::Tensor> hidden_;  ///< by window
};

}  // namespace suture::detail
