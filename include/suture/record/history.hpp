// History: what passed each site in every pass: right for statistics over many prompts. To look at one prompt, use a
// Latest. A History that outgrows the memory is spilled to files, see record/spill.hpp.
#pragma once

#include "suture/record/recorder.hpp"
#include "suture/tensor/owned.hpp"

#include <ATen/ops/stack.h>
#include <range/v3/view/interface.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

namespace suture {

/// The entries that one layer had when it was asked for: a view for ranges, cheap to copy.
template <class X, Index Groups>
    requires Recordable<X, Groups>
class LayerHistory : public ranges::view_interface<LayerHistory<X, Groups>> {
public:
    LayerHistory() = default;
    explicit LayerHistory(std::vector<Recorded<X, Groups>> entries)
        : entries_(std::make_shared<const std::vector<Recorded<X, Groups>>>(std::move(entries))) {}
    const Recorded<X, Groups>* begin() const { return entries_ ? entries_->data() : nullptr; }
    const Recorded<X, Groups>* end() const { return entries_ ? entries_->data() + entries_->size() : nullptr; }

private:
    std::shared_ptr<const std::vector<Recorded<X, Groups>>> entries_;
};

/// Every activation of X that passed, oldest first. X and Groups are as in Latest.
///
///     History<Q<768, 12>> history(Recording{.tokens = token(-1)});
///     const auto handle = hooks.add(sites<Qkv>(model, "h.*.attn.c_attn"), history);
///     { const auto scope = hooks.activate(); for (const auto& prompt : prompts) model->forward(prompt); }
///     at::Tensor mean = history.stack(3).mean(0);
///     auto norms = history | ranges::views::transform([](const auto& entry) { return entry.view().norm(); });
///
/// It is a range of Recorded. A recorder may be dropped before its hooks, and several threads may record into one.
template <class X, Index Groups = 1>
    requires Recordable<X, Groups>
class History : public detail::RecorderBase<X, Groups> {
public:
    /// @throws as Latest
    explicit History(Recording how = {})
        : detail::RecorderBase<X, Groups>(std::move(how), detail::RecorderState::keep::all) {}

    /// The entries of one layer; one at least.
    /// @throws PositionError if the recorder is attached to no such layer, HookError if it has recorded nothing yet
    LayerHistory<X, Groups> of(std::size_t layer) const { return LayerHistory<X, Groups>(this->of_layer(layer)); }

    /// The entries of one layer as one Owned, [passes, ...] with the shape of an entry behind it. Of AnyLayout: as one
    /// tensor.
    /// @throws ShapeError or TypeError unless all have the same shape, dtype and device; otherwise as of()
    auto stack(std::size_t layer) const {
        std::vector<at::Tensor> parts;
        for (const detail::record& r : this->shared()->of(layer)) {
            parts.push_back(detail::tensor_of(r));
            check_alike(r, parts);
        }
        if constexpr (std::same_as<X, AnyLayout>)
            return at::stack(parts);
        else
            return detail::Access::make<Owned<X, Groups>>(at::stack(parts));
    }

private:
    static void check_alike(const detail::record& r, const std::vector<at::Tensor>& parts) {
        const at::Tensor &first = parts.front(), &last = parts.back();
        const std::string differ = "pass " + std::to_string(r.pass) + " of " + r.name + " recorded " +
                                   tensor_text(last) + " but the first one " + tensor_text(first);
        if (first.sizes() != last.sizes())
            throw ShapeError(differ + ": record the same tokens of every prompt, token(-1) say, or reduce each entry");
        if (first.scalar_type() != last.scalar_type() || first.device() != last.device())
            throw TypeError(differ + ": give the Recording a dtype and a device");
    }
};

}  // namespace suture

/// For std::ranges; range-v3 knows it from the base.
template <class X, suture::Index Groups>
    requires suture::Recordable<X, Groups>
inline constexpr bool std::ranges::enable_view<suture::LayerHistory<X, Groups>> = true;
