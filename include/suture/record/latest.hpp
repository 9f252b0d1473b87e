// Latest: what passed each site in the newest pass. The next pass overwrites it: right for looking at one prompt.
// To collect what many prompts give, use a History.
#pragma once

#include "suture/record/recorder.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace suture {

/// Layer -> the newest activation of X, a layout or one of its components (`Latest<Q<64>, 12>`: one in 12 groups). A
/// `Latest<AnyLayout>` keeps what passes sites of any kind, attention patterns say, as plain tensors.
///
///     Latest<Qkv> latest;
///     const auto handle = hooks.add(sites<Qkv>(model, "h.*.attn.c_attn"), latest);
///     { const auto scope = hooks.activate(); model->forward(prompt); }
///     View<Q<768, 12>> q = latest[3].get<Q>();
///     board[11] = latest[3];
///
/// A recorder of a component keeps that component alone. It is a range of Recorded, one a layer. A recorder may be
/// dropped before its hooks, and several threads may record into one.
template <class X, Index Groups = 1>
    requires Recordable<X, Groups>
class Latest : public detail::RecorderBase<X, Groups> {
public:
    /// @throws ValueError if `how` names batch rows twice. What it asks for is looked for when an activation is there:
    ///         a pass throws PositionError, ShapeError, TypeError or, before it would hold too much, MemoryError.
    explicit Latest(Recording how = {})
        : detail::RecorderBase<X, Groups>(std::move(how), detail::RecorderState::keep::latest) {}

    /// What the layer recorded last, as [..., width] ([..., groups, width] of a component in groups).
    /// @throws PositionError if the recorder is attached to no such layer, HookError if it has recorded nothing yet
    typename Recorded<X, Groups>::view_type operator[](std::size_t layer) const {
        return this->of_layer(layer).front().view();
    }
    /// The same by the site's name: `latest.at("h.3.attn.c_attn")`.
    typename Recorded<X, Groups>::view_type at(const std::string& site) const {
        return (*this)[this->shared()->layer_named(site)];
    }
};

}  // namespace suture
