// An attention in a running model, as a layout check asks it: which rows of the output change if these channels of
// the projection change at this token?
#pragma once

#include "suture/hook/hook_set.hpp"
#include "suture/study/audit.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"

#include <ATen/ops/arange.h>

#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// Channels of the projection that are changed at one token. A run of no channels sets all to its own value.
struct probe_edit {
    run channels;
    extent token = 0;
};

/// Runs the model with edits at the projection and compares with a clean run.
class attention_probe {
public:
    /// `model` runs the model and gives its output, which is watched if there is no output site.
    /// @throws ShapeError or TypeError if there is nothing to probe, HookError if a site was not passed
    attention_probe(std::function<at::Tensor()> model, SiteRef<AnyLayout> projection,
                    std::optional<SiteRef<AnyLayout>> output, std::optional<SiteRef<AnyLayout>> pattern,
                    const layout_facts& layout)
        : model_(std::move(model)), projection_(std::move(projection)), output_(std::move(output)),
          pattern_(std::move(pattern)) {
        clean_ = pass([&](const at::Tensor& t) {
            check_packed(t, layout);
            if (!t.is_floating_point())
                throw TypeError("the projection is " + tensor_text(t) + ": check it in a floating-point dtype");
            if (t.dim() < 2 || t.size(-2) < 3)
                throw ShapeError("the projection is " + tensor_text(t) + ": give inputs of three tokens or more");
            tokens_ = t.size(-2);
            return at::Tensor();
        });
        const at::Tensor& output_seen = clean_.output;
        if (!output_seen.defined() || output_seen.dim() < 2 || output_seen.size(-2) != tokens_)
            throw ShapeError("what the attention gives is " + tensor_text(output_seen) + " where [..., " +
                             std::to_string(tokens_) +
                             ", channels] was expected: name its site with AttentionSites().output(site)");
    }

    extent tokens() const { return tokens_; }
    /// Whether the output is that of this attention, in which later layers have not mixed the rows.
    bool sees_one_attention() const { return output_.has_value(); }
    bool sees_pattern() const { return pattern_.has_value(); }

    /// The rows of the output that change, bit for bit.
    std::vector<extent> changed_rows(const probe_edit& edit) const {
        return changed_along(-2, bits_differ(clean_.output, pass_edited(edit).output));
    }
    /// How many heads the pattern has, in [..., heads, queries, keys]; 0 if that is not known.
    extent pattern_heads() const { return sees_pattern() && clean_.pattern.dim() >= 3 ? clean_.pattern.size(-3) : 0; }
    /// The heads whose pattern changes, bit for bit. @pre pattern_heads() > 0
    std::vector<extent> changed_heads(const probe_edit& edit) const {
        return changed_along(-3, bits_differ(clean_.pattern, pass_edited(edit).pattern));
    }
    /// @pre sees_pattern()
    bool changes_pattern(const probe_edit& edit) const {
        return bits_differ(clean_.pattern, pass_edited(edit).pattern).any().item<bool>();
    }

private:
    struct seen {
        at::Tensor output, pattern;
    };

    template <class Edit>
    seen pass(const Edit& edit) const {
        const at::NoGradGuard no_gradients;
        seen result;
        HookSet hooks;
        std::vector<HookHandle> handles;
        const auto keep = [&](const std::optional<SiteRef<AnyLayout>>& site, at::Tensor& where) {
            if (site) handles.push_back(hooks.add(*site, [&where](const at::Tensor& t) { where = t.clone(); }));
        };
        handles.push_back(hooks.add(projection_, [&edit](const at::Tensor& t) { return edit(t); }));
        keep(output_, result.output);
        keep(pattern_, result.pattern);
        Scope scope = hooks.activate();
        const at::Tensor given = model_();
        scope.end();
        if (!output_) result.output = given;
        return result;
    }
    seen pass_edited(const probe_edit& edit) const {
        seen result = pass([&edit](const at::Tensor& t) { return edited(t, edit); });
        if (result.output.sizes() != clean_.output.sizes())
            throw ShapeError("the output has shape " + shape_text(result.output.sizes()) + " and had " +
                             shape_text(clean_.output.sizes()) + ": give a model whose runs are alike");
        return result;
    }

    /// The places on an axis at which something differs.
    static std::vector<extent> changed_along(extent axis, const at::Tensor& differ) {
        const extent size = differ.size(axis);
        const at::Tensor any = differ.movedim(axis, 0).reshape({size, -1}).any(-1);
        std::vector<extent> changed;
        for (extent i = 0; i < size; ++i)
            if (any[i].item<bool>()) changed.push_back(i);
        return changed;
    }

    /// The activation with irregular numbers, a few times the size of its own, added at one token: no softmax is blind
    /// to them.
    static at::Tensor edited(const at::Tensor& activation, const probe_edit& edit) {
        const at::Tensor result = activation.clone(at::MemoryFormat::Contiguous);
        const double stddev = activation.to(at::kDouble).std().item<double>();
        const double size = stddev > 0 && std::isfinite(stddev) ? 4 * stddev : 4;
        if (edit.channels.width == 0) return result;
        const at::Tensor part = cut_channels(result.select(-2, edit.token), {edit.channels, edit.channels.groups > 1});
        const at::Tensor numbers = at::arange(1, part.numel() + 1, at::kDouble).mul(12.9898).sin();
        part.add_(numbers.mul(size).reshape(part.sizes()).to(part.options()));
        return result;
    }

    std::function<at::Tensor()> model_;
    SiteRef<AnyLayout> projection_;
    std::optional<SiteRef<AnyLayout>> output_, pattern_;
    extent tokens_ = 0;
    seen clean_;
};

}  // namespace suture::detail
