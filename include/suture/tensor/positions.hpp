// Selectors given by tensors and lists: positions that differ from one batch row to the next, masks, and channels or heads
// in any order. A selector keeps a copy of its tensor, so a place does not change when the tensor does.
#pragma once

#include "suture/core/where.hpp"
#include "suture/tensor/detail/handle.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/from_blob.h>

#include <concepts>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// A copy that later writes to the tensor do not reach. Gradients flow through it, even if it is made where gradients are
/// disabled: they count where it is used.
inline at::Tensor snapshot(const at::Tensor& t) {
    if (!t.defined()) return t;
    const RecordedMode mode(t);
    return t.clone();
}

/// Something that holds integers and is not a tensor: a vector, an array, a view of range-v3.
template <class R>
concept IntegerRange = !std::convertible_to<R, at::Tensor> && requires(R & r) {
    requires Integer<std::remove_cvref_t<decltype(*std::begin(r))>>;
    std::end(r);
};

template <class R>
at::Tensor index_tensor(R&& numbers) {
    std::vector<Index> all;
    if constexpr (requires { std::size(numbers); }) all.reserve(static_cast<std::size_t>(std::size(numbers)));
    for (const auto n : numbers) all.push_back(counted(n));
    const auto count = static_cast<Index>(all.size());
    return at::from_blob(all.data(), {count}, at::kLong).clone();
}
}  // namespace detail

/// Positions given by a tensor, which may differ from row to row. @see token(at::Tensor) @see tokens(at::Tensor) @see
/// mask
struct RowPositions {
    enum class Kind : unsigned char { one_per_row, several, where_true };
    Kind what;
    at::Tensor given;
    std::function<at::Tensor()> asked{};  ///< gives the tensor anew for each activation; or empty

    static constexpr detail::Restriction restricts = detail::the_positions;
    void restrict_channels(detail::ChannelWhere&) const {}
    /// The positions as they are now.
    RowPositions now() const { return asked ? RowPositions{what, detail::snapshot(asked())} : *this; }
};

namespace detail {
/// A function that gives an index or a mask.
template <class F>
concept GivesPositions = !std::convertible_to<F, at::Tensor> && std::copy_constructible<F> &&
                         std::convertible_to<std::invoke_result_t<const F&>, at::Tensor>;
}  // namespace detail

/// One token per row: `index` holds [batch] integers, and row b selects token index[b]; negative ones count from the
/// end. The token axis is dropped, as with `token(4)`.
inline RowPositions token(const at::Tensor& index) {
    return {RowPositions::Kind::one_per_row, detail::snapshot(index)};
}
/// The same, asked again for each activation, so that every batch has its own:
/// `on<Resid>(token([&] { return lengths - 1; }))`. The function must not run the model.
template <detail::GivesPositions F>
RowPositions token(F index) {
    return {RowPositions::Kind::one_per_row, {}, std::move(index)};
}
/// Several tokens: the same ones in every row (`index` is [k] integers), or each row's own ([batch, k]); none twice.
inline RowPositions tokens(const at::Tensor& index) { return {RowPositions::Kind::several, detail::snapshot(index)}; }
template <detail::GivesPositions F>
RowPositions tokens(F index) {
    return {RowPositions::Kind::several, {}, std::move(index)};
}
/// The same tokens in every row: `tokens(std::vector{1, 5})`.
template <detail::IntegerRange R>
RowPositions tokens(const R& index) {
    return {RowPositions::Kind::several, detail::index_tensor(index)};
}
inline RowPositions tokens(std::initializer_list<Index> index) {
    return {RowPositions::Kind::several, detail::index_tensor(index)};
}
/// The positions where `mask` is true: bool [batch, tokens], or [tokens] for all rows. The selection has the shape
/// [positions, channels], like PyTorch's `x[mask]`.
inline RowPositions mask(const at::Tensor& mask) { return {RowPositions::Kind::where_true, detail::snapshot(mask)}; }
template <detail::GivesPositions F>
RowPositions mask(F mask) {
    return {RowPositions::Kind::where_true, {}, std::move(mask)};
}

template <class...>
SUTURE_REJECTED("a mask is a bool tensor, [tokens] or [batch, tokens]: write mask(ids == 50256)", mask(...));

namespace detail {
/// Heads in any order, by number, or where a bool tensor is true.
struct HeadList {
    at::Tensor given;

    static constexpr Restriction restricts = the_heads;
    void restrict_channels(ChannelWhere& w) const { suture::heads().restrict_channels(w); }
};
/// Channels in any order, by number, or where a bool tensor is true.
struct DimList {
    at::Tensor given;

    static constexpr Restriction restricts = the_dims;
    void restrict_channels(ChannelWhere&) const {}
};
}  // namespace detail

/// Several heads, of shape [..., heads, head width], in the given order: `heads({9, 6})`, `heads(a vector)`, [k]
/// integers, or a bool tensor [heads]; none twice.
inline detail::HeadList heads(const at::Tensor& index) { return {detail::snapshot(index)}; }
template <detail::IntegerRange R>
detail::HeadList heads(const R& numbers) {
    return {detail::index_tensor(numbers)};
}
inline detail::HeadList heads(std::initializer_list<Index> numbers) { return {detail::index_tensor(numbers)}; }

/// Channels of the component (with `head` or `heads`, of each head), in the given order: neurons, features of a probe.
/// [k] integers, or a bool tensor [width]; none twice.
inline detail::DimList dims(const at::Tensor& index) { return {detail::snapshot(index)}; }
template <detail::IntegerRange R>
detail::DimList dims(const R& numbers) {
    return {detail::index_tensor(numbers)};
}
inline detail::DimList dims(std::initializer_list<Index> numbers) { return {detail::index_tensor(numbers)}; }

}  // namespace suture

#include "suture/core/end_refuse.hpp"
