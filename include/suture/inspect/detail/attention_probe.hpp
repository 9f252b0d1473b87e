// An attention in a running model, as a layout check asks it: which rows of the output change if these channels of
// the projection change at this token? And, from that: are these channels queries, keys or values?
#pragma once

#include "suture/hook/hook_set.hpp"
#include "suture/inspect/audit.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"

#include <ATen/ops/arange.h>

#include <cmath>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// Channels of the projection that are changed at some tokens. A run of no channels sets all to its own value.
struct ProbeEdit {
    StridedSlice channels;
    Index token = 0, tokens = 1;  ///< the first, and how many
    double size = 4;              ///< what is added, in standard deviations of the activation
};

/// What attention makes of channels, as the letters of their components; unseen if nothing changes when they do.
enum class role : char { query = 'Q', key = 'K', value = 'V', unseen = '?' };

/// Runs the model with edits at the projection and compares with a clean run.
class AttentionProbe {
public:
    /// `model` runs the model and gives its output, which is watched if there is no output site.
    /// @throws ShapeError, TypeError or ValueError if there is nothing to probe, HookError if a site was not passed
    AttentionProbe(std::function<at::Tensor()> model, SiteRef<AnyLayout> projection,
                   std::optional<SiteRef<AnyLayout>> output, std::optional<SiteRef<AnyLayout>> pattern,
                   const LayoutFacts& layout)
        : model_(std::move(model)),
          projection_(std::move(projection)),
          output_(std::move(output)),
          pattern_(std::move(pattern)) {
        clean_ = pass([&](const at::Tensor& t) {
            check_packed(t, layout);
            check_probed(t);
            tokens_ = t.size(-2);
            return at::Tensor();
        });
        const at::Tensor& output_seen = clean_.output;
        if (!output_seen.defined() || output_seen.dim() < 2 || output_seen.size(-2) != tokens_)
            throw ShapeError("what the attention gives is " + tensor_text(output_seen) + " where [..., " +
                             std::to_string(tokens_) +
                             ", channels] was expected: name its site with AttentionSites().output(site)");
    }

    Index tokens() const { return tokens_; }
    /// The token between the first and the last at which edits are made that the first would not show.
    Index middle() const { return tokens_ / 2; }
    /// Whether the output is that of this attention, in which later layers have not mixed the rows.
    bool sees_one_attention() const { return output_.has_value(); }
    bool sees_pattern() const { return pattern_.has_value(); }

    /// The rows of the output that change, bit for bit but for the sign of zeros.
    std::vector<Index> changed_rows(const ProbeEdit& edit) const {
        return changed_along(-2, differ(clean_.output, pass_edited(edit).output));
    }
    /// What the attention makes of the channels, all of them edited together: values among them hide keys, and both hide
    /// queries. Row 0 sees values at token 0, later rows keys, none queries: these are seen by rows of their own.
    role role_of(const StridedSlice& channels) const {
        std::vector<Index> changed = changed_rows({channels, 0});
        if (changed.empty()) {
            if (changed_rows({channels, middle()}).empty()) return role::unseen;
            changed =
                changed_rows({channels, 0, 1, -32});  // a softmax that is all but certain hides small changes of a key
        }
        return changed.empty() ? role::query : changed.front() > 0 ? role::key : role::value;
    }
    /// How many heads the pattern has, in [..., heads, queries, keys]; 0 if that is not known.
    Index pattern_heads() const { return sees_pattern() && clean_.pattern.dim() >= 3 ? clean_.pattern.size(-3) : 0; }
    /// The heads whose pattern changes. @pre pattern_heads() > 0
    std::vector<Index> changed_heads(const ProbeEdit& edit) const {
        return changed_along(-3, differ(clean_.pattern, pass_edited(edit).pattern));
    }
    /// @pre sees_pattern()
    bool changes_pattern(const ProbeEdit& edit) const {
        return differ(clean_.pattern, pass_edited(edit).pattern).any().item<bool>();
    }

private:
    struct seen {
        at::Tensor output, pattern;
    };

    /// @throws ShapeError, TypeError or ValueError unless edits of the activation can be seen
    static void check_probed(const at::Tensor& t) {
        const auto place = [&t] { return "the projection is " + tensor_text(t); };
        if (!t.is_floating_point()) throw TypeError(place() + ": check it in a floating-point dtype");
        if (t.dim() < 2 || t.size(-2) < 3) throw ShapeError(place() + ": give inputs of three tokens or more");
        if (t.numel() == 0) throw ShapeError(place() + ", which is empty: give inputs of one batch row or more");
        if (const Index bad = t.to(at::kDouble).isfinite().logical_not().sum().item<Index>(); bad > 0)
            throw ValueError(place() + " and " + std::to_string(bad) + " of its " + std::to_string(t.numel()) +
                             " values are NaN or infinite: give inputs and weights that are finite");
    }

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
        if (!output_ && given.defined()) result.output = given.clone();  // the next run may write the same memory
        return result;
    }
    seen pass_edited(const ProbeEdit& edit) const {
        seen result = pass([&edit](const at::Tensor& t) { return edited(t, edit); });
        check_alike(result.output, clean_.output, "the output");
        if (sees_pattern()) check_alike(result.pattern, clean_.pattern, "the pattern");
        return result;
    }
    static void check_alike(const at::Tensor& now, const at::Tensor& before, const char* what) {
        if (now.sizes() != before.sizes())
            throw ShapeError(std::string(what) + " has shape " + shape_text(now.sizes()) + " and had " +
                             shape_text(before.sizes()) + " in the run before: clear what the model keeps between " +
                             "runs (cached keys), and give a model whose runs are alike");
    }

    /// Where a pruned head is multiplied by zeros, what it gave still shows in their signs.
    static at::Tensor differ(const at::Tensor& a, const at::Tensor& b) {
        return bits_differ(a, b).logical_and(a.ne(b));
    }
    /// The places on an axis at which something differs.
    static std::vector<Index> changed_along(Index axis, const at::Tensor& differ) {
        const Index size = differ.size(axis);
        const at::Tensor any = differ.movedim(axis, 0).reshape({size, -1}).any(-1);
        std::vector<Index> changed;
        for (Index i = 0; i < size; ++i)
            if (any[i].item<bool>()) changed.push_back(i);
        return changed;
    }

    /// The activation with irregular numbers, a few times the size of its own, added at the tokens: no softmax is
    /// blind to them.
    static at::Tensor edited(const at::Tensor& activation, const ProbeEdit& edit) {
        const at::Tensor result = activation.clone(at::MemoryFormat::Contiguous);
        const double stddev = activation.to(at::kDouble).std().item<double>();
        const double size = edit.size * (stddev > 0 && std::isfinite(stddev) ? stddev : 1);
        if (edit.channels.width == 0) return result;
        const at::Tensor part =
            cut_channels(result.narrow(-2, edit.token, edit.tokens), {edit.channels, edit.channels.groups > 1});
        const at::Tensor numbers = at::arange(1, part.numel() + 1, at::kDouble).mul(12.9898).sin();
        part.add_(numbers.mul(size).reshape(part.sizes()).to(part.options()));
        return result;
    }

    std::function<at::Tensor()> model_;
    SiteRef<AnyLayout> projection_;
    std::optional<SiteRef<AnyLayout>> output_, pattern_;
    Index tokens_ = 0;
    seen clean_;
};

/// What single channels are, each probed when it is first asked for.
class ChannelRoles {
public:
    /// @pre the probe outlives this
    explicit ChannelRoles(const AttentionProbe& probe) : probe_(probe) {}

    role operator[](Index channel) {
        const auto [at, is_new] = known_.try_emplace(channel, role::unseen);
        if (is_new) at->second = probe_.role_of({channel, 1, 1, 1});
        return at->second;
    }
    /// Whether the channels that were seen until now have the roles that a layout gives them, a letter a channel.
    bool agree_with(const std::string& letters) const {
        for (const auto& [channel, found] : known_)
            if (found != role::unseen && letters[static_cast<std::size_t>(channel)] != static_cast<char>(found))
                return false;
        return true;
    }

private:
    const AttentionProbe& probe_;
    std::map<Index, role> known_;
};

}  // namespace suture::detail
