// The oracle of the laws: it takes a packed activation apart channel by channel, by the definition "groups of ordered
// segments" alone, edits it out of place with plain ATen functions, and joins it with at::cat.
// It uses no StridedSlice, place or View.
#pragma once

#include "suture/core/layout.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/index_put.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace laws {

using suture::Index;
using extents = std::vector<Index>;

inline at::Tensor as_tensor(const extents& numbers) { return at::tensor(at::ArrayRef<Index>(numbers), at::kLong); }

/// One component of a definition.
struct Segment {
    std::string name;
    Index width, heads;
};

/// A layout as models define it.
struct definition {
    Index groups = 1;
    std::vector<Segment> segments;

    /// The segment that each channel belongs to, counted group by group.
    std::vector<std::size_t> owners() const {
        std::vector<std::size_t> owners;
        for (Index g = 0; g < groups; ++g)
            for (std::size_t s = 0; s < segments.size(); ++s)
                for (Index i = 0; i < segments[s].width; ++i) owners.push_back(s);
        return owners;
    }
    Index width() const { return static_cast<Index>(owners().size()); }
    /// All channels as one segment. They have heads only if they are those of one component.
    Segment all() const { return {"all", width(), segments.size() == 1 ? groups * segments[0].heads : 0}; }
    /// The channels of one segment, in order.
    extents channels(std::size_t segment) const {
        extents channels;
        const std::vector<std::size_t> owner = owners();
        for (std::size_t c = 0; c < owner.size(); ++c)
            if (owner[c] == segment) channels.push_back(static_cast<Index>(c));
        return channels;
    }
};

template <suture::Layout L>
definition definition_of() {
    return [&]<class... Cs>(suture::detail::TypeList<Cs...>) {
        return definition{suture::detail::groups_of<L>, {Segment{Cs::name, Cs::width, Cs::heads}...}};
    }(suture::detail::components_of<L>{});
}

/// A range of tokens or batch rows, [begin, end), or one of them, which drops its axis.
struct IndexRange {
    Index begin, end;
    bool single;
};

/// The numbers from `begin` to before `end`.
inline extents counted(Index begin, Index end) {
    extents numbers(static_cast<std::size_t>(end - begin));
    std::iota(numbers.begin(), numbers.end(), begin);
    return numbers;
}

/// The selected part of a component, without suture's types. Positions, heads and dims are counted from 0.
struct chosen_part {
    std::optional<IndexRange> batch, token;
    at::Tensor one_per_row, several, mask;  ///< as suture's token(Tensor), tokens(Tensor) and mask(Tensor)
    std::optional<extents> heads, dims;     ///< in the order in which they are selected; dims are those of each head
    bool one_head = false;
    bool is_nowhere = false;  ///< a position on an axis of size 0
};

/// The elements of a part: flat positions, places in the segment's list of channels, and the shape of both together.
struct selected {
    extents rows, channels, shape;
    Index batch_axis = -1, token_axis = -1;  ///< axes of the shape; -1 if dropped or mixed
};

namespace detail {
inline bool within(const std::optional<IndexRange>& s, Index i) {
    return !s || (s->single ? i == s->begin : i >= s->begin && i < s->end);
}

/// Adds the flat positions of a part, and their axes to the shape.
inline void count_rows(selected& found, const chosen_part& p, const extents& leading) {
    const Index rows = std::accumulate(leading.begin(), leading.end(), Index{1}, std::multiplies<>());
    const Index tokens = leading.empty() ? 1 : leading.back();
    if (p.mask.defined()) {
        const at::Tensor mask = p.mask.dim() == 1 && leading.size() > 1
                                    ? p.mask.unsqueeze(0).expand({rows / tokens, tokens}).reshape({-1})
                                    : p.mask.reshape({-1});
        for (Index r = 0; r < rows; ++r)
            if (mask[r].item<bool>()) found.rows.push_back(r);
        if (leading.size() == 1) found.token_axis = 0;
        found.shape.push_back(static_cast<Index>(found.rows.size()));
        return;
    }
    if (p.one_per_row.defined() || p.several.defined()) {
        const at::Tensor given = p.one_per_row.defined() ? p.one_per_row.unsqueeze(-1) : p.several;
        const at::Tensor each = given.expand({rows / tokens, given.size(-1)});
        for (Index r = 0; r < rows / tokens; ++r)
            for (Index k = 0; k < each.size(1); ++k) {
                const Index t = each[r][k].item<Index>();
                found.rows.push_back(r * tokens + (t < 0 ? t + tokens : t));
            }
        found.shape.assign(leading.begin(), leading.end() - 1);
        if (!found.shape.empty()) found.batch_axis = 0;
        if (p.several.defined()) {
            found.token_axis = static_cast<Index>(found.shape.size());
            found.shape.push_back(given.size(-1));
        }
        return;
    }
    for (Index r = 0; r < rows; ++r) {
        const Index token = r % tokens;
        const Index batch = leading.size() < 2 ? 0 : r / (rows / leading.front());
        if (within(p.token, token) && (leading.size() < 2 || within(p.batch, batch))) found.rows.push_back(r);
    }
    for (std::size_t axis = 0; axis < leading.size(); ++axis) {
        const bool is_token = axis + 1 == leading.size(), is_batch = axis == 0 && leading.size() > 1;
        const auto& cut = is_token ? p.token : is_batch ? p.batch : std::nullopt;
        if (cut && cut->single) continue;
        if (is_token) found.token_axis = static_cast<Index>(found.shape.size());
        if (is_batch) found.batch_axis = static_cast<Index>(found.shape.size());
        found.shape.push_back(cut ? cut->end - cut->begin : leading[axis]);
    }
}

/// Adds the places in the segment's list of channels, and their axes to the shape: [heads, dims of a head] or [dims],
/// however the layout packs them.
inline void count_channels(selected& found, const chosen_part& p, Index groups, const Segment& s) {
    // In a list of channels that goes through the groups in order, head h is the h-th range of its width.
    const Index cell = p.heads ? s.width / s.heads : s.width * groups;
    const extents cells = p.heads.value_or(extents{0}), dims = p.dims.value_or(counted(0, cell));
    for (Index c : cells)
        for (Index d : dims) found.channels.push_back(c * cell + d);
    if (p.heads && !p.one_head) found.shape.push_back(static_cast<Index>(cells.size()));
    found.shape.push_back(static_cast<Index>(dims.size()));
}
}  // namespace detail

/// Enumerates a part of an activation with these axes before the channels.
inline selected count_out(const chosen_part& p, const extents& leading, Index groups, const Segment& s) {
    selected found;
    detail::count_rows(found, p, leading);
    detail::count_channels(found, p, groups, s);
    return found;
}

inline extents leading_of(const at::Tensor& t) { return {t.sizes().begin(), t.sizes().end() - 1}; }

/// A copy of the selected part of a tensor whose last axis holds the channels of one segment.
inline at::Tensor gather(const at::Tensor& t, const selected& s) {
    return t.reshape({-1, t.size(-1)})
        .index_select(0, as_tensor(s.rows))
        .index_select(1, as_tensor(s.channels))
        .reshape(s.shape);
}

/// A copy of the tensor with the selected part replaced.
inline at::Tensor scatter(const at::Tensor& t, const selected& s, const at::Tensor& values) {
    const at::Tensor cells =
        values.expand(s.shape).reshape({static_cast<Index>(s.rows.size()), static_cast<Index>(s.channels.size())});
    at::Tensor rows = t.reshape({-1, t.size(-1)}).clone();
    return rows.index_put({as_tensor(s.rows).unsqueeze(1), as_tensor(s.channels)}, cells).reshape(t.sizes());
}

/// All segments of a definition as one, for an edit of the whole layout.
inline constexpr std::size_t whole = static_cast<std::size_t>(-1);

/// The literal idiom: split by channel numbers, edit copies of the parts, cat.
class taken_apart {
public:
    taken_apart(const at::Tensor& packed, definition d) : definition_(std::move(d)) { split(packed); }

    /// Replaces the part by the result of `change`.
    template <class Change>
    void edit(std::size_t segment_at, const chosen_part& p, const Change& change) {
        if (segment_at == whole) {
            const at::Tensor packed = cat();
            const selected s = count_out(p, leading_of(packed), 1, definition_.all());
            split(scatter(packed, s, change(gather(packed, s), s)));
            return;
        }
        at::Tensor& t = parts_[segment_at];
        const selected s = select(segment_at, p);
        t = scatter(t, s, change(gather(t, s), s));
    }

    selected select(std::size_t segment_at, const chosen_part& p) const {
        return count_out(p, leading_of(parts_[0]), definition_.groups, definition_.segments[segment_at]);
    }

    /// Only the channels of the segment.
    const at::Tensor& at(std::size_t segment_at) const { return parts_[segment_at]; }

    at::Tensor cat() const {
        extents order;
        for (std::size_t s = 0; s < parts_.size(); ++s)
            for (Index c : definition_.channels(s)) order.push_back(c);
        extents places(order.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            places[static_cast<std::size_t>(order[i])] = static_cast<Index>(i);
        return at::cat(parts_, -1).index_select(-1, as_tensor(places));
    }

private:
    void split(const at::Tensor& packed) {
        parts_.clear();
        for (std::size_t s = 0; s < definition_.segments.size(); ++s)
            parts_.push_back(packed.index_select(-1, as_tensor(definition_.channels(s))));
    }

    definition definition_;
    std::vector<at::Tensor> parts_;
};

}  // namespace laws
