// The keys and values of the positions that a decoder has seen, so that a later pass needs the new tokens alone.
// Law: passes over the parts of a prompt under one cache give the logits of one pass over all of it, up to rounding. Rotary angles
// that depend on the length of the text (dynamic NTK, longrope) keep it as far as the original positions: beyond, earlier keys have
// the angles of their own pass, as in transformers.
#pragma once

#include "suture/core/strided_slice.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace suture {

namespace detail {
class DecoderPass;
struct PassPlan;

/// The keys and values of one layer, [batch, key heads, columns, head width] each, keys after their rotation; undefined before
/// the first pass.
struct KeysAndValues {
    at::Tensor keys, values;
};
}  // namespace detail

/// A value: a copy shares the tensors, which are never written, so that many continuations can branch from one prompt.
///
///     KeyValueCache prompt;
///     model->forward(ids, {.cache = &prompt});
///     for (double strength : {0.0, 2.0, 4.0}) {
///         KeyValueCache mine = prompt;
///         ... model->forward(next, {.cache = &mine}) ...
///
/// A pass that throws leaves it as it was.
class KeyValueCache {
public:
    /// How many columns it holds, with those of padding.
    Index length() const { return is_padding_.defined() ? is_padding_.size(1) : 0; }
    /// How many rows it holds; 0 before the first pass.
    Index rows() const { return is_padding_.defined() ? is_padding_.size(0) : 0; }
    bool empty() const { return length() == 0; }
    /// How many positions of its sequence each row holds, without padding.
    std::vector<Index> lengths() const {
        std::vector<Index> all(static_cast<std::size_t>(rows()));
        const at::Tensor held = is_padding_.defined() ? is_padding_.logical_not().sum(-1) : at::Tensor();
        for (std::size_t r = 0; r < all.size(); ++r) all[r] = held[static_cast<Index>(r)].item<Index>();
        return all;
    }
    /// Keeps the first columns, [0, columns), and forgets the others.
    /// @throws PositionError if there are fewer, or if nothing is left
    void crop(Index columns) {
        if (columns < 1 || columns > length())
            throw PositionError("crop(" + std::to_string(columns) + ") of a cache that holds " +
                                std::to_string(length()) + " columns: give 1 to " + std::to_string(length()));
        for (detail::KeysAndValues& layer : layers_) {
            layer.keys = layer.keys.narrow(2, 0, columns), layer.values = layer.values.narrow(2, 0, columns);
        }
        is_padding_ = is_padding_.narrow(1, 0, columns);
    }
    /// The same rows several times, one below another: a batch of continuations. @throws ValueError if times is below 1
    KeyValueCache repeated(Index times) const {
        if (times < 1) throw ValueError("a cache is repeated " + std::to_string(times) + " times: give 1 or more");
        KeyValueCache many = *this;
        const auto repeat = [times](at::Tensor& t) {
            if (t.defined()) t = t.repeat_interleave(times, 0);
        };
        for (detail::KeysAndValues& layer : many.layers_) repeat(layer.keys), repeat(layer.values);
        repeat(many.is_padding_);
        return many;
    }
    /// The bytes of its tensors.
    std::size_t bytes() const {
        std::size_t sum = 0;
        for (const detail::KeysAndValues& layer : layers_) sum += layer.keys.nbytes() + layer.values.nbytes();
        return sum;
    }

private:
    friend class detail::DecoderPass;
    friend struct detail::PassPlan;
    std::vector<detail::KeysAndValues> layers_;
    at::Tensor is_padding_;  ///< bool [batch, columns]
};

}  // namespace suture
