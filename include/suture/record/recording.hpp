// Recording: what a recorder is asked to keep of the activations that it sees, and the copy that it keeps.
// Law: the copy has storage of exactly its own bytes. It pins no wider activation, and no later write reaches it.
#pragma once

#include "suture/core/where.hpp"
#include "suture/tensor/detail/place.hpp"
#include "suture/tensor/torch.hpp"

#include <cstddef>
#include <optional>
#include <variant>

namespace suture {

/// Whether a recorder sees what its site emits, or what the edits that are active there made of it.
enum class seen : unsigned char { before_edits, after_edits };

/// What a recorder keeps: all of it, as it is, unless a field says otherwise.
///
///     Latest<Q<768, 12>> queries(Recording{.tokens = token(-1), .dtype = at::kDouble, .device = at::kCPU});
///
/// The model itself is never moved or converted.
struct Recording {
    /// `token(4)` (which drops the token axis), `tokens(2, 5)`, `token(index)`, `tokens(index)` or `mask(m)`.
    std::optional<std::variant<Position<Axis::token>, RowPositions>> tokens{};
    /// `batch(0)` (which drops the batch axis) or `batches(0, 4)`. Not with an index or a mask, which name rows too.
    std::optional<Position<Axis::batch>> batches{};
    std::optional<at::ScalarType> dtype{};
    std::optional<at::Device> device{};
    seen when = seen::after_edits;
    /// Lets gradients flow from what is recorded into the pass that made it. The graph's own memory is not counted.
    bool keep_graph = false;
    /// The most bytes that the recorder may hold. If it is not given: 80 % of the machine's memory for what is kept on
    /// the CPU, and no limit for what is kept on another device.
    std::optional<std::size_t> max_bytes{};
};

namespace detail {
/// While it lives, tensors are made as if inference mode were off: they can be used in autograd later. Gradients are
/// tracked if they were and `gradients` says so.
class NormalMode {
public:
    explicit NormalMode(bool gradients) : track_(gradients && at::GradMode::is_enabled()) {
        if (c10::InferenceMode::is_enabled()) no_inference_.emplace(false);
        mode_.emplace(track_);  // after the other guard, which switches gradients on
    }

private:
    bool track_;
    std::optional<c10::InferenceMode> no_inference_;
    std::optional<at::AutoGradMode> mode_;
};

/// The place in an activation that a recording of these channels means.
inline Place recorded_place(const ChannelSlice& channels, const Recording& how) {
    Place p{channels, how.batches, {}, {}};
    if (how.tokens) std::visit([&p](const auto& where) { read_positions(p, where); }, *how.tokens);
    return p;
}

/// What will be kept of one activation, before any of it is copied.
struct RecordingPlan {
    ResolvedPlace where;
    at::ScalarType dtype;
    at::Device device;

    std::size_t bytes() const {
        std::size_t count = c10::elementSize(dtype);
        for (const Index n : where.sizes) count *= static_cast<std::size_t>(n);
        return count;
    }
};

/// @throws PositionError, ShapeError or TypeError if the activation does not have what is asked for
inline RecordingPlan plan(const Recording& how, const ChannelSlice& channels, const at::Tensor& activation) {
    if (activation.is_complex() && how.dtype && !at::isComplexType(*how.dtype))
        throw TypeError("the activation is " + tensor_text(activation) + " and would lose its imaginary part as " +
                        dtype_text(*how.dtype) + ": give the Recording a complex dtype");
    const at::IntArrayRef leading = activation.sizes().slice(0, activation.dim() - 1);
    return {resolve(recorded_place(channels, how), activation, leading), how.dtype.value_or(activation.scalar_type()),
            how.device.value_or(activation.device())};
}

/// @post the result is contiguous and alone in its storage
inline at::Tensor recorded_copy(const RecordingPlan& p, const at::Tensor& activation, bool keep_graph) {
    const NormalMode mode(keep_graph);
    const bool is_a_view = !p.where.rows.defined();  // rows are gathered into storage of their own already
    const at::Tensor part = part_at(activation, p.where);
    return part.to(p.device, p.dtype, /*non_blocking=*/false, /*copy=*/is_a_view, at::MemoryFormat::Contiguous)
        .resolve_conj()
        .resolve_neg();
}
}  // namespace detail

}  // namespace suture
