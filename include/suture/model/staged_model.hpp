// Staged models: what a sweep must know of a model to run a part of it.
#pragma once

#include "suture/model/causal_rows.hpp"
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

/// A model whose forward is `unembed(block(layers() - 1, ... block(0, embed(ids))))`; or a holder or pointer of one.
///
///     Index layers();
///     at::Tensor embed(const at::Tensor& ids);               // [batch, tokens] -> [batch, tokens, width]
///     at::Tensor block(Index layer, const at::Tensor& x);   // [batch, tokens, width] -> the same
///     at::Tensor unembed(const at::Tensor& x);                  // [..., width] -> logits [..., vocabulary], row by row
///
/// A sweep then runs what comes behind a patch, and no more. Two more forms save more:
///
///     at::Tensor unembed(const at::Tensor& x, const at::Tensor& ids);               // -> the logits of these ids alone
///     at::Tensor block(Index layer, const at::Tensor& x, CausalRows& rows);     // x [rows, width]: @see CausalRows
///
/// Rows of a batch must not see one another, as ever. `Gpt2` has all of it.
template <class M>
concept StagedModel = detail::has_stages<M> || detail::points_to_stages<M>;

namespace detail {
/// @throws ModelError if the model is a holder or pointer of none
template <class Model>
void check_is_there(const Model& model) {
    bool is_empty = false;
    if constexpr (requires { model.is_empty(); })
        is_empty = model.is_empty();
    else if constexpr (requires {
                           { *model } -> std::same_as<decltype(*model)>;
                           static_cast<bool>(model);
                       })
        is_empty = !static_cast<bool>(model);
    if (is_empty) throw ModelError("the model is an empty pointer or holder: construct it first");
}
/// @throws ModelError if the holder or pointer is empty
template <StagedModel M>
auto& stages_of(M& model) {
    check_is_there(model);
    if constexpr (has_stages<M>)
        return model;
    else
        return *model;
}
template <class Stages>
concept computes_rows = requires(Stages& s, const at::Tensor& x, Index layer, CausalRows& rows) {
    { s.block(layer, x, rows) } -> std::convertible_to<at::Tensor>;
};
template <class Stages>
concept reads_some_logits = requires(Stages& s, const at::Tensor& x, const at::Tensor& ids) {
    { s.unembed(x, ids) } -> std::convertible_to<at::Tensor>;
};
}  // namespace detail

}  // namespace suture
