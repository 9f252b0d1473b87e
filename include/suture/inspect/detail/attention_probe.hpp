// Probes an attention in a running model: which rows of the output change if these channels of the projection change at
// this token? And so: are these channels queries, keys or values?
#pragma once

#include "suture/hook/hook_set.hpp"
#include "suture/inspect/audit.hpp"
#include "suture/record/latest.hpp"
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

/// Changes channels of the projection at some tokens. Without channels, the activation is replaced by an equal copy.
struct ProbeEdit {
    StridedSlice channels;
    Index token = 0, tokens = 1;  ///< the first, and how many
    double size = 4;              ///< of the change, in standard deviations of the activation
};

/// How attention uses channels, as the letter of their component; unseen if nothing changes with them.
enum class Role : char { query = 'Q', key = 'K', value = 'V', unseen = '?' };

/// Runs the model with edits at the projection and compares with a clean run.
class AttentionProbe {
public:
    /// `model` runs the model and returns its output, which is watched if there is no output site.
    /// @throws ShapeError, TypeError or ValueError if there is nothing to probe, HookError if nothing passes a site
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
            return std::optional<at::Tensor>();
        });
        const at::Tensor& output_seen = clean_.output;
        if (!output_seen.defined() || output_seen.dim() < 2 || output_seen.size(-2) != tokens_)
            throw ShapeError("the attention's output is " + tensor_text(output_seen) + " where [..., " +
                             std::to_string(tokens_) +
                             ", channels] was expected: name its site with AttentionSites().output(site)");
    }

    Index tokens() const { return tokens_; }
    /// A token between the first and the last, for edits that would not show at the first.
    Index middle() const { return tokens_ / 2; }
    /// Whether the watched output is this attention's own, before later layers mix the rows.
    bool sees_one_attention() const { return output_.has_value(); }
    bool sees_pattern() const { return pattern_.has_value(); }

    /// The rows of the output whose bits change, ignoring the sign of zeros.
    std::vector<Index> changed_rows(const ProbeEdit& edit) const {
        return changed_along(-2, differ(clean_.output, pass_edited(edit).output));
    }
    /// How attention uses the channels, edited all together: values among them hide keys, and both hide queries. An edit
    /// at token 0 reaches row 0 through values, later rows through keys, and no row through queries, which only their own
    /// rows read.
    Role role_of(const StridedSlice& channels) const {
        std::vector<Index> changed = changed_rows({channels, 0});
        if (changed.empty()) {
            if (changed_rows({channels, middle()}).empty()) return Role::unseen;
            changed = changed_rows({channels, 0, 1, -32});  // an almost certain softmax hides small changes of a key
        }
        return changed.empty() ? Role::query : changed.front() > 0 ? Role::key : Role::value;
    }
    /// The heads of a pattern [..., heads, queries, keys]; 0 if unknown.
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
    /// The watched tensors of one run.
    struct Seen {
        at::Tensor output, pattern;
    };

    /// @throws ShapeError, TypeError or ValueError if edits of the activation could not show
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
    Seen pass(const Edit& edit) const {
        const at::NoGradGuard no_gradients;
        Latest<AnyLayout> output, pattern;
        HookSet hooks;
        hooks.add(projection_, [&edit](const at::Tensor& t) { return edit(t); });
        if (output_) hooks.add(*output_, output);
        if (pattern_) hooks.add(*pattern_, pattern);
        Scope scope = hooks.activate();
        const at::Tensor returned = model_();
        scope.end();
        Seen result;
        if (output_)
            result.output = output[0];
        else if (returned.defined())
            result.output = returned.clone();  // the next run may write the same memory
        if (pattern_) result.pattern = pattern[0];
        return result;
    }
    Seen pass_edited(const ProbeEdit& edit) const {
        Seen result = pass([&edit](const at::Tensor& t) { return edited(t, edit); });
        check_alike(result.output, clean_.output, "the output");
        if (sees_pattern()) check_alike(result.pattern, clean_.pattern, "the pattern");
        return result;
    }
    static void check_alike(const at::Tensor& now, const at::Tensor& before, const char* what) {
        if (now.sizes() != before.sizes())
            throw ShapeError(std::string(what) + " has shape " + shape_text(now.sizes()) + " and had " +
                             shape_text(before.sizes()) + " in the run before: clear what the model keeps between " +
                             "runs (cached keys), and use a model whose runs are alike");
    }

    /// Compares values, too: a pruned head multiplied by zeros still shows in their signs.
    static at::Tensor differ(const at::Tensor& a, const at::Tensor& b) {
        return bits_differ(a, b).logical_and(a.ne(b));
    }
    /// The indices on an axis at which something differs.
    static std::vector<Index> changed_along(Index axis, const at::Tensor& differ) {
        const Index size = differ.size(axis);
        const at::Tensor any = differ.movedim(axis, 0).reshape({size, -1}).any(-1);
        std::vector<Index> changed;
        for (Index i = 0; i < size; ++i)
            if (any[i].item<bool>()) changed.push_back(i);
        return changed;
    }

    /// The activation plus irregular numbers at the tokens, a few times as large as its own: every softmax reacts to
    /// them.
    static at::Tensor edited(const at::Tensor& activation, const ProbeEdit& edit) {
        const at::Tensor result = activation.clone(at::MemoryFormat::Contiguous);
        const double stddev = activation.to(at::kDouble).std().item<double>();
        const double size = edit.size * (stddev > 0 && std::isfinite(stddev) ? stddev : 1);
        if (edit.channels.width == 0) return result;
        const at::Tensor part = cut_channels(result.narrow(-2, edit.token, edit.tokens), edit.channels);
        const at::Tensor numbers = at::arange(1, part.numel() + 1, at::kDouble).mul(12.9898).sin();
        part.add_(numbers.mul(size).reshape(part.sizes()).to(part.options()));
        return result;
    }

    std::function<at::Tensor()> model_;
    SiteRef<AnyLayout> projection_;
    std::optional<SiteRef<AnyLayout>> output_, pattern_;
    Index tokens_ = 0;
    Seen clean_;
};

/// The roles of single channels, each probed on first use.
class ChannelRoles {
public:
    /// @pre the probe outlives this object
    explicit ChannelRoles(const AttentionProbe& probe) : probe_(probe) {}

    Role operator[](Index channel) {
        const auto [at, is_new] = known_.try_emplace(channel, Role::unseen);
        if (is_new) at->second = probe_.role_of({channel, 1, 1, 1});
        return at->second;
    }
    /// Whether the channels probed so far have the roles that a layout gives them, one letter per channel.
    bool agree_with(const std::string& letters) const {
        for (const auto& [channel, found] : known_)
            if (found != Role::unseen && letters[static_cast<std::size_t>(channel)] != static_cast<char>(found))
                return false;
        return true;
    }

private:
    const AttentionProbe& probe_;
    std::map<Index, Role> known_;
};

}  // namespace suture::detail
