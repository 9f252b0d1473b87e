// Staged models: what a sweep must know of a model to run a part of it.
#pragma once

#include "suture/model/causal_positions.hpp"
#include "suture/model/run_model.hpp"
#include "suture/tensor/error.hpp"

#include <concepts>
#include <type_traits>

namespace suture {

namespace detail {
template <class M>
concept has_stages = requires(M& m, const at::Tensor& x, Index layer) {
    { m.layers() } -> std::convertible_to<Index>;
    { m.embed(x) } -> std::convertible_to<at::Tensor>;
    { m.block(layer, x) } -> std::convertible_to<at::Tensor>;
    { m.unembed(x) } -> std::convertible_to<at::Tensor>;
};
template <class M>
concept points_to_stages = requires(M& m) {
    requires has_stages<std::remove_reference_t<decltype(*m)>>;
};
}  // namespace detail

/// A model whose forward is `unembed(block(layers() - 1, ... block(0, embed(ids))))`, or a holder of or pointer to one.
///
///     Index layers();
///     at::Tensor embed(const at::Tensor& ids);               // [batch, positions] -> [batch, positions, width]
///     at::Tensor block(Index layer, const at::Tensor& x);   // [batch, positions, width] -> the same
///     at::Tensor unembed(const at::Tensor& x);               // [..., width] -> logits [..., vocabulary]
///
/// A sweep then runs only what comes after a patch. Two more overloads save more:
///
///     at::Tensor unembed(const at::Tensor& x, const at::Tensor& ids);                     // -> the logits of these ids
///     at::Tensor block(Index layer, const at::Tensor& x, CausalPositions& positions);    // x [positions, width]
///
/// A model that has these only sometimes says so: `bool has_stages()`, and `bool computes_positions(const at::Tensor& ids)`
/// for the last one, which is tried with a prompt.
///
/// Runs in a batch must not see one another, and unembed must treat each position by itself. `Gpt2` has all of this.
/// @see CausalPositions
template <class M>
concept StagedModel = detail::has_stages<M> || detail::points_to_stages<M>;

namespace detail {
/// The object that has the stages. @throws ModelError if the holder or pointer is empty
template <StagedModel M>
auto& stages_of(M& model) {
    check_is_there(model);
    if constexpr (has_stages<M>)
        return model;
    else
        return *model;
}
template <class Stages>
concept computes_positions = requires(Stages& s, const at::Tensor& x, Index layer, CausalPositions& positions) {
    { s.block(layer, x, positions) } -> std::convertible_to<at::Tensor>;
};
template <class Stages>
concept reads_some_logits = requires(Stages& s, const at::Tensor& x, const at::Tensor& ids) {
    { s.unembed(x, ids) } -> std::convertible_to<at::Tensor>;
};
}  // namespace detail

}  // namespace suture
