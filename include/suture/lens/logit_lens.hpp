// The logit lens (nostalgebraist 2020, "interpreting GPT: the logit lens"): what a model would predict if the residual
// stream of an earlier layer were its last. For the library's own models, see lens/decoder_logit_lens.hpp.
#pragma once

#include "suture/hook/detail/scope_link.hpp"
#include "suture/model/run_model.hpp"
#include "suture/stats/numbers.hpp"
#include "suture/tensor/torch.hpp"

#include "suture/core/refuse.hpp"

namespace suture {

/// Passes the residual stream [..., width] through the model's final norm and unembedding: [..., vocabulary]. Both are
/// modules, holders of or pointers to modules, or functions of a tensor. No hooks are active meanwhile, so a recorder of
/// the model's own norm does not see the lens. Gradients flow.
///
///     at::Tensor logits = logit_lens(latest[3], model->norm, model->head);
///
/// @throws whatever the norm and the unembedding throw
template <Numbers T, class FinalNorm, class Unembedding>
at::Tensor logit_lens(const T& residual, FinalNorm&& final_norm, Unembedding&& unembedding) {
    const detail::Suspension suspended;
    return detail::run_model(unembedding, detail::run_model(final_norm, detail::plain(residual)));
}

template <class...>
SUTURE_REJECTED("the lens takes a stream and two modules: write logit_lens(stream, norm, head)", logit_lens(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
