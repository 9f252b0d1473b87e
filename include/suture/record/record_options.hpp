// RecordOptions: which part of the activations that pass a recorder keeps, and the copy that it makes.
// Law: the copy's storage has exactly the copy's bytes. It pins no wider activation, and no later write reaches it.
#pragma once

#include "suture/core/where.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/detail/columns.hpp"
#include "suture/tensor/detail/place.hpp"
#include "suture/tensor/detail/place_text.hpp"
#include "suture/tensor/detail/plain_storage.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/sequence_positions.hpp"
#include "suture/tensor/torch.hpp"

#include <concepts>
#include <cstddef>
#include <cstring>
#include <optional>
#include <type_traits>
#include <variant>

namespace suture {

namespace detail {
/// An option that may be left out.
template <class T>
struct Option : std::optional<T> {
    using std::optional<T>::optional;
    Option(const std::optional<T>& given) : std::optional<T>(given) {}
    // Anything else: not declared as a refusal, because a constructor that is a template has no other way to say a sentence
    // with Clang.
    template <class Given>
        requires(!std::convertible_to<const Given&, std::optional<T>>)
    Option(const Given&) {
        static_assert(std::is_void_v<Given>, "an option is a selector or a LibTorch value: write .tokens = token(-1)");
    }
};
}  // namespace detail

/// Whether a recorder sees what its site emits or what the active edits made of it.
enum class RecordPhase : unsigned char { before_edits, after_edits };

/// What a recorder keeps of an activation: everything, unchanged, unless a field says otherwise.
///
///     Latest<Q<768, 12>> queries(RecordOptions{.tokens = token(-1), .dtype = at::kDouble, .device = at::kCPU});
///
/// The model itself is never moved or converted.
struct RecordOptions {
    /// `token(4)` (which drops the token axis), `tokens(2, 5)`, `token(index)`, `tokens(index)` or `mask(m)`.
    detail::Option<std::variant<Position<Axis::token>, RowPositions>> tokens{};
    /// `batch(0)` (which drops the batch axis) or `batches(0, 4)`. Cannot be combined with an index or a mask, which
    /// select batch rows themselves.
    detail::Option<Position<Axis::batch>> batches{};
    /// The dtype of the copy. Values that it cannot hold are converted as LibTorch does, without an error: float16 turns
    /// magnitudes above 65504 into infinities. An integer dtype for floating-point activations is refused.
    detail::Option<at::ScalarType> dtype{};
    detail::Option<at::Device> device{};
    RecordPhase when = RecordPhase::after_edits;
    /// Lets gradients flow from the recorded tensors into the pass that made them, and, unless `dtype` or `device` change
    /// them, from what the pass computes into the recorded tensors: `torch::autograd::grad({loss}, {recorded})`. The memory of
    /// the graph itself is not counted.
    bool keep_graph = false;
    /// The most bytes that the recorder may hold. Default: 80 % of the machine's memory for tensors on the CPU, no limit
    /// on other devices.
    std::optional<std::size_t> max_bytes{};
};

namespace detail {
/// A place that a recorder of X can keep: all of X, at some positions.
template <class X, class Selector, class... Ws>
inline constexpr bool keeps_all_channels = false;
template <Layout X, class Selector, Where... Ws>
    requires(Resolution<Selector, X>::why == Fault::none)
inline constexpr bool keeps_all_channels<X, Selector, Ws...> =
    std::same_as<part_of<X, typename Resolution<Selector, X>::type>, X> &&
    ((Ws::restricts != the_heads && Ws::restricts != the_dims) && ...);

/// The options with the positions of these selectors.
/// @throws ValueError if the options name positions already
template <Where... Ws>
RecordOptions options_at(const WherePack<Ws...>& wheres, RecordOptions options) {
    const Positions at = place_value({}, "", wheres).positions;
    if (!at.is_everywhere() && (options.tokens || options.batches))
        throw ValueError("the positions are named twice: by the place and by the RecordOptions: keep one");
    if (at.token) options.tokens = *at.token;
    if (at.rows) options.tokens = *at.rows;
    if (at.batch) options.batches = at.batch;
    return options;
}

/// While it lives, tensors are made as if inference mode were off, so that autograd can use them later. Gradients are
/// tracked if they were before and `gradients` is true.
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

/// The options with the positions that their function gives now; nothing if they have none.
inline std::optional<RecordOptions> with_positions_now(const RecordOptions& options) {
    const auto* const rows = options.tokens ? std::get_if<RowPositions>(&*options.tokens) : nullptr;
    if (!rows || !rows->asked) return {};
    RecordOptions now = options;
    now.tokens = rows->now();
    return now;
}

/// The place in an activation that the options select of this part.
inline PlaceValue place_kept(const PackedPart& part, const RecordOptions& options) {
    PlaceValue p{part, "the activation", {}, {}, {}, {}};
    p.positions.batch = options.batches;
    if (options.tokens) std::visit([&p](const auto& where) { read_selector(p, where); }, *options.tokens);
    return p;
}

/// What will be copied from an activation, known before anything is.
struct CopyPlan {
    ResolvedPlace where;
    at::ScalarType dtype;
    at::Device device;

    std::size_t bytes() const {
        std::size_t count = c10::elementSize(dtype);
        for (const Index n : where.sizes) count *= static_cast<std::size_t>(n);
        return count;
    }
};

/// @param pass where the activation stands in its sequences; null if its columns are the positions
/// @return nothing if another pass holds the selected part
/// @throws PositionError, ShapeError or TypeError if the activation lacks a selected part
inline std::optional<CopyPlan> plan_copy(const RecordOptions& options, const PackedPart& part,
                                         const at::Tensor& activation, const SequencePositions* pass = nullptr) {
    if (activation.is_complex() && options.dtype && !at::isComplexType(*options.dtype))
        throw TypeError("the activation is " + tensor_text(activation) + " and would lose its imaginary part as " +
                        dtype_text(*options.dtype) + ": set a complex dtype in the RecordOptions");
    if (options.dtype && activation.is_floating_point() && !at::isFloatingType(*options.dtype) &&
        !at::isComplexType(*options.dtype))
        throw TypeError("the activation is " + tensor_text(activation) + " and would be cut to integers as " +
                        dtype_text(*options.dtype) + ": set a floating-point dtype in the RecordOptions");
    PlaceValue place = place_kept(part, options);
    if (pass && !in_columns(place.positions, *pass, leading_axes(activation), part.axes, activation, place.in))
        return {};
    if (place.positions.is_ragged &&
        !(place.positions.rows && place.positions.rows->what == RowPositions::Kind::where_true))
        throw ShapeError(
            "the rows of this pass hold different numbers of the recorded positions (" +
            positions_text(place_kept(part, options).positions) +
            "): record all positions in a History and write padded(), or record positions that each row has");
    return CopyPlan{resolve(place, activation), options.dtype.value_or(activation.scalar_type()),
                    options.device.value_or(activation.device())};
}

/// Copies the part into a tensor that holds an older one, if nobody else holds that and the bytes can simply be moved.
/// @return whether it did
inline bool overwrite_kept(const CopyPlan& plan, const at::Tensor& activation, const at::Tensor& older) {
    const bool fits = older.defined() && older.use_count() == 1 && older.storage().use_count() == 1 &&
                      older.sizes() == at::IntArrayRef(plan.where.sizes) && older.scalar_type() == plan.dtype &&
                      older.is_contiguous() && older.device().is_cpu() && !older.requires_grad();
    if (!fits || activation.scalar_type() != plan.dtype || !plan.where.is_viewable() || !is_plain_memory(activation) ||
        !is_plain_mode())
        return false;
    const std::size_t size = c10::elementSize(plan.dtype);
    char* to = static_cast<char*>(older.data_ptr());
    const char* const from = static_cast<const char*>(activation.data_ptr());
    for_each_run(activation, plan.where, [&](Index first, Index count) {
        const std::size_t bytes = static_cast<std::size_t>(count) * size;
        std::memcpy(to, from + static_cast<std::size_t>(first) * size, bytes);
        to += bytes;
    });
    return true;
}

/// The activation again, with what was kept of it in its place: a copy, which the model may write.
/// @return undefined if gradients are not tracked or cannot pass unchanged
inline at::Tensor passing_through(const CopyPlan& plan, const at::Tensor& activation, const at::Tensor& kept) {
    const bool is_on_the_way = at::GradMode::is_enabled() && kept.requires_grad() &&
                               kept.scalar_type() == activation.scalar_type() && kept.device() == activation.device();
    if (!is_on_the_way) return {};
    if (plan.where.is_viewable()) {
        const at::Tensor whole = activation.clone(), part = view_at(whole, plan.where);
        part.copy_(kept.reshape(part.sizes()));
        return whole;
    }
    const at::Tensor whole = activation.clone(at::MemoryFormat::Contiguous);
    put_back(whole, plan.where, kept);
    return whole;
}

/// @post the result is contiguous and alone in its storage
inline at::Tensor copy_kept(const CopyPlan& plan, const at::Tensor& activation, bool keep_graph) {
    const NormalMode mode(keep_graph);
    const at::Tensor part = part_at(activation, plan.where);
    const bool is_alone =  // gathered into storage that holds nothing else
        !part.is_alias_of(activation) && part.is_contiguous() &&
        part.storage().nbytes() == static_cast<std::size_t>(part.numel() * part.element_size());
    return part.to(plan.device, plan.dtype, /*non_blocking=*/false, /*copy=*/!is_alone, at::MemoryFormat::Contiguous)
        .resolve_conj()
        .resolve_neg();
}
}  // namespace detail

}  // namespace suture
