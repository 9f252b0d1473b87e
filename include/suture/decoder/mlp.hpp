// The MLP of a decoder, with a gate or without.
#pragma once

#include "suture/core/catalogue.hpp"
#include "suture/decoder/config.hpp"
#include "suture/decoder/detail/activate.hpp"
#include "suture/decoder/detail/refused_on_models.hpp"
#include "suture/decoder/layers.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hooked.hpp"
#include "suture/hook/sites.hpp"
#include "suture/tensor/extents.hpp"

#include <cmath>

namespace suture {

/// The MLP of one block: `down(act)`, where act is `activation(up)` or, with a gate, `activation(gate) * up` (SwiGLU,
/// GeGLU; Shazeer 2020). Gate and up are two modules, or one, `gate_up`. Sites: the modules, by the paths of their family, and
/// `act`, what `down` reads.
class DecoderMlpImpl : public torch::nn::Cloneable<DecoderMlpImpl>,
                       public HasSites,
                       public detail::ModulesNamedElsewhere {
public:
    using GateUp = Phi3GateUp<dynamic>;

    DecoderMlpImpl(const DecoderConfig& config, DecoderWeights weights) : config_(config), weights_(weights) {
        reset();
    }
    void reset() override {
        const DecoderNames& names = *config_.names;
        const Index width = config_.width, inner = config_.inner;
        const ProjectionOptions in{config_.has_mlp_bias, config_.is_transposed, 0.02, weights_};
        const ProjectionOptions back{config_.has_mlp_bias, config_.is_transposed,
                                     0.02 / std::sqrt(2.0 * static_cast<double>(config_.layers)), weights_};
        if (config_.is_gate_fused) {
            gate_up = this->register_module(names.gate_up, Hooked<Projection, GateUp>(width, 2 * inner, in));
            gate_up->output.bind(Extents<GateUp>({{inner}, {inner}}));
        } else if (config_.has_gate) {
            gate = this->register_module(names.gate, Hooked<Projection, Gate<dynamic>>(width, inner, in));
            up = this->register_module(names.up, Hooked<Projection, Up<dynamic>>(width, inner, in));
            gate->output.bind(Extents<Gate<dynamic>>(inner)), up->output.bind(Extents<Up<dynamic>>(inner));
        } else {
            hidden = this->register_module(names.up, Hooked<Projection, Mlp<dynamic>>(width, inner, in));
            hidden->output.bind(Extents<Mlp<dynamic>>(inner));
        }
        down = this->register_module(names.mlp_out, Hooked<Projection, MlpOut<dynamic>>(inner, width, back));
        down->output.bind(Extents<MlpOut<dynamic>>(width));
        act.bind(Extents<Mlp<dynamic>>(inner));
    }
    void visit_sites(const SiteVisitor& visit) override { visit("act", act); }
    /// [..., width] -> the same
    at::Tensor forward(const at::Tensor& x) { return down(act(activated(x))); }
    const DecoderConfig& config() const { return config_; }

    Hooked<Projection, GateUp> gate_up{nullptr};
    Hooked<Projection, Gate<dynamic>> gate{nullptr};
    Hooked<Projection, Up<dynamic>> up{nullptr};
    Hooked<Projection, Mlp<dynamic>> hidden{nullptr};  ///< in place of gate and up, where the MLP has no gate
    HookPoint<Mlp<dynamic>> act;
    Hooked<Projection, MlpOut<dynamic>> down{nullptr};

private:
    at::Tensor activated(const at::Tensor& x) {
        if (config_.is_gate_fused) {
            const at::Tensor both = gate_up(x);
            return detail::activate(both.narrow(-1, 0, config_.inner), config_.activation)
                .mul(both.narrow(-1, config_.inner, config_.inner));
        }
        if (config_.has_gate) {
            const at::Tensor open = detail::activate(gate(x), config_.activation);
            return open.mul(up(x));
        }
        return detail::activate(hidden(x), config_.activation);
    }
    DecoderConfig config_;
    DecoderWeights weights_;
};

}  // namespace suture
