// The logit lens of a decoder: what each layer's residual stream predicts for the next token, read with the final norm
// and the unembedding (nostalgebraist 2020, "interpreting GPT: the logit lens").
// Law: the lens of the last block's output gives the model's logits.
#pragma once

#include "suture/core/where.hpp"
#include "suture/decoder/decoder.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/lens/logit_lens.hpp"
#include "suture/record/latest.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/extents.hpp"

#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <concepts>
#include <cstddef>
#include <optional>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// A residual stream, read or owned, or some of its positions. The lens reads row by row, so its axes may stand in any order.
template <class T>
concept ResidualStream = Readable<T> &&
    (injected_fault<T, Resid<dynamic>> == Fault::none || injected_fault<T, Resid<dynamic>> == Fault::other_axes);

/// The unembedding rows [n, width] of these token ids; of all if none is named.
/// @throws ValueError if the vocabulary lacks one
inline at::Tensor unembedding_of(const Decoder& model, at::IntArrayRef tokens) {
    return tokens.empty() ? model->unembedding() : model->unembedding(at::tensor(tokens, at::kLong));
}

inline at::Tensor read_with_lens(const Decoder& model, const at::Tensor& residual, const at::Tensor& unembedding) {
    check_packed(residual, Extents<Resid<dynamic>>(model->config().width).facts());
    if (residual.scalar_type() != unembedding.scalar_type() || residual.device() != unembedding.device())
        throw TypeError("the residual stream is " + tensor_text(residual) + " but the model's weights are " +
                        tensor_text(unembedding) + ": convert it with to()");
    return logit_lens(residual, model->final_norm,
                      [&](const at::Tensor& x) { return model->logits_of(x, unembedding); });
}

/// Token ids [tokens] as a batch of one prompt; other ids unchanged.
inline at::Tensor as_batch(const at::Tensor& ids) { return ids.defined() && ids.dim() == 1 ? ids.unsqueeze(0) : ids; }
/// Selects batch row 0 if `as_batch(ids)` added the batch axis, which drops that axis again.
inline std::optional<Position<Axis::batch>> batches_of(const at::Tensor& ids) {
    return ids.defined() && ids.dim() == 1 ? std::optional(batch(0)) : std::nullopt;
}
}  // namespace detail

/// The logits [..., vocabulary] of a residual stream [..., width], or [..., n] for the n given token ids. No hooks are
/// active meanwhile; gradients flow.
///
///     at::Tensor logits = logit_lens(model, latest[3], {answer, other});
///
/// @throws ValueError if the vocabulary lacks an id; ShapeError if the stream has the wrong width; TypeError if its dtype
///         or device differs from the model's
inline at::Tensor logit_lens(const Decoder& model, const at::Tensor& residual, at::IntArrayRef tokens = {}) {
    return detail::read_with_lens(model, residual, detail::unembedding_of(model, tokens));
}
template <detail::ResidualStream R>
at::Tensor logit_lens(const Decoder& model, const R& residual, at::IntArrayRef tokens = {}) {
    return logit_lens(model, detail::plain(residual), tokens);
}
template <Readable R>
    requires(!detail::ResidualStream<R>)
SUTURE_REJECTED("the lens reads the residual stream: give a View or Owned of Resid",
                logit_lens(const Decoder&, const R&, at::IntArrayRef = {}));
template <class...>
SUTURE_REJECTED("this lens runs the model itself: write logit_lens_by_layer(model, ids)", logit_lens_by_layer(...));

/// Runs the model and reads the residual stream before the first block and after each block: [layers + 1, batch, tokens,
/// vocabulary], without the batch axis for ids [tokens]. If a whole vocabulary per layer would be too much, name the token
/// ids that matter: [..., n]. Hooks that are active in this thread run as usual. No gradients are tracked.
/// @throws ValueError if the vocabulary lacks an id; whatever the model and its hooks throw
inline at::Tensor logit_lens_by_layer(Decoder model, const at::Tensor& ids, at::IntArrayRef tokens = {}) {
    const at::NoGradGuard no_gradients;
    const at::Tensor unembedding = detail::unembedding_of(model, tokens);
    std::vector stream{site_ref(model->blocks[0]->resid_pre)};
    for (const auto& block : model->blocks) stream.push_back(site_ref(block->resid_post));
    Latest<Resid<dynamic>> latest(RecordOptions{.batches = detail::batches_of(ids)});
    HookSet hooks;
    hooks.add(stream, latest);
    run_with_hooks(model, hooks, detail::as_batch(ids));

    std::vector<at::Tensor> logits;
    for (std::size_t layer = 0; layer < stream.size(); ++layer)
        logits.push_back(detail::read_with_lens(model, latest[layer].unsafe_tensor(), unembedding));
    return at::stack(logits);
}

}  // namespace suture

#include "suture/core/end_refuse.hpp"
