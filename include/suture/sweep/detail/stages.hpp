// Running a stage of a model: the embedding, a block or the unembedding. Law: a stage leaves its input as it was, or the
// sweep ends with an error that names it.
#pragma once

#include "suture/model/staged_model.hpp"
#include "suture/tensor/detail/write_watch.hpp"

#include <string>

namespace suture::detail {

/// Lends the stage its input, and checks that the stage did not write it. A tensor made in inference mode has no version to
/// compare, so the stage gets a copy of it.
template <class Stage>
at::Tensor run_stage(const std::string& name, const at::Tensor& x, const Stage& stage) {
    const WriteWatch watch(x);
    at::Tensor out = stage(x.is_inference() ? x.clone() : x);
    watch.check(name.c_str());
    return out;
}
template <class Block>
at::Tensor run_block(Index layer, const at::Tensor& x, const Block& block) {
    return run_stage("block " + std::to_string(layer), x, block);
}

/// The logits of these token ids if they are defined and the model can compute them alone, or of the whole vocabulary.
template <class Stages>
at::Tensor logits_of(Stages& stages, const at::Tensor& x, const at::Tensor& ids) {
    return run_stage("the unembedding", x, [&](const at::Tensor& in) -> at::Tensor {
        if constexpr (reads_some_logits<Stages>)
            if (ids.defined()) return stages.unembed(in, ids.to(in.device()));
        return stages.unembed(in);
    });
}

}  // namespace suture::detail
