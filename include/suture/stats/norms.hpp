// Norms: the lengths of activations' rows, by layer and token. Law: they are computed in float64, whatever the dtype.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/record/history.hpp"
#include "suture/record/latest.hpp"
#include "suture/stats/numbers.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"

#include <ATen/ops/stack.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// The Euclidean length of every row: [..., channels] -> [...], float64, in the activation's units. The length of a row
/// with a NaN is NaN.
/// @throws TypeError or ShapeError if these are not rows of real numbers
template <Numbers T>
at::Tensor norms(const T& activation) {
    return detail::in_float64(activation).norm(2, {-1});
}

namespace detail {
/// The norms of each layer's entries, pass after pass.
template <class Recorder>
std::map<std::size_t, std::vector<at::Tensor>> norms_by_layer(const Recorder& recorder) {
    std::map<std::size_t, std::vector<at::Tensor>> layers;
    at::Tensor first;
    for (const auto& entry : recorder) {
        const at::Tensor found = norms(entry.view());
        if (!first.defined()) first = found;
        if (found.sizes() != first.sizes())
            throw ShapeError(entry.name() + " recorded rows " + shape_text(found.sizes()) + " in pass " +
                             std::to_string(entry.pass()) + " but the first entry has " + shape_text(first.sizes()) +
                             ": record the same tokens of every prompt, or ask for norms(entry.view()) one by one");
        layers[entry.layer()].push_back(found.to(first.device()));
    }
    if (layers.empty()) throw HookError("nothing is recorded: run the model while a scope of the hook set is active");
    return layers;
}
}  // namespace detail

/// The length of every row in the newest pass: [layers, ...], followed by an entry's axes without its channels, such as
/// [layers, batch, tokens]. Layers without entries are left out.
/// @throws ShapeError if the layers recorded different shapes; HookError if nothing is recorded
template <class X>
at::Tensor norms(const Latest<X>& latest) {
    std::vector<at::Tensor> layers;
    for (auto& [layer, passes] : detail::norms_by_layer(latest)) layers.push_back(passes.front());
    return at::stack(layers);
}

/// The same for every pass: [layers, passes, ...]. Spilled entries are read one at a time.
/// @throws ShapeError also if the layers recorded different numbers of passes
template <class X>
at::Tensor norms(const History<X>& history) {
    std::vector<at::Tensor> layers;
    for (auto& [layer, passes] : detail::norms_by_layer(history)) {
        layers.push_back(at::stack(passes));
        if (layers.back().size(0) != layers.front().size(0))
            throw ShapeError("layer " + std::to_string(layer) + " has recorded " + std::to_string(passes.size()) +
                             " passes and the first layer " + std::to_string(layers.front().size(0)) +
                             ": ask for norms(history.stack(layer)) one by one");
    }
    return at::stack(layers);
}

template <class...>
SUTURE_REJECTED("norms are those of one activation or recorder: write norms(latest[3])", norms(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
