// Drawing places: heads and dims that fit a component, tokens and batch rows that fit an activation, as suture's
// selectors and as numbers for the oracle.
#pragma once

#include "suture/tensor/detail/place.hpp"

#include "laws/layouts.hpp"
#include "laws/oracle.hpp"
#include "laws/tensors.hpp"

#include <ATen/ops/randint.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <tuple>
#include <type_traits>
#include <vector>

namespace laws {

// Selectors of channels: values of suture's types, and the same numbers for the oracle.

enum class channel_form { all, one_head, some_heads, some_dims, dims_of_head, dims_of_heads };
inline constexpr std::size_t channel_forms = 6;

/// The selectors of a form for component C in layout L; a whole layout can only have dims.
template <class L, class X, channel_form Form>
struct channel_wheres {
    static constexpr bool is_whole = std::is_same_v<L, X>;
    static constexpr Index heads_a_group = [] {
        if constexpr (is_whole)
            return 1;
        else
            return X::heads;
    }();
    static constexpr Index count = is_whole ? 1 : heads_a_group * L::groups;
    static constexpr Index head_width = X::width / heads_a_group;
    // One head: in the middle, or the last. Several: across groups of one head each, otherwise the last ones of a
    // group.
    static constexpr Index one = (count * 2) / 3;
    static constexpr Index first = heads_a_group == 1 ? count / 3 : count - heads_a_group + heads_a_group / 3;
    static constexpr Index last = heads_a_group == 1 ? count - (count > 3) : count;
    static constexpr Index begin(Index width) { return width / 3; }
    static constexpr Index end(Index width) { return std::max(begin(width) + 1, width - (width > 3)); }

    static constexpr auto wheres() {
        if constexpr (Form == channel_form::one_head)
            return std::tuple(head<one>);
        else if constexpr (Form == channel_form::some_heads)
            return std::tuple(heads<first, last>);
        else if constexpr (Form == channel_form::some_dims)
            return std::tuple(dims<begin(X::width), end(X::width)>);
        else if constexpr (Form == channel_form::dims_of_head)
            return std::tuple(head<one>, dims<begin(head_width), end(head_width)>);
        else if constexpr (Form == channel_form::dims_of_heads)
            return std::tuple(dims<begin(head_width), end(head_width)>, heads<first, last>);
        else
            return std::tuple();
    }
    static void tell(part& p) {
        const bool by_head = Form == channel_form::one_head || Form == channel_form::dims_of_head;
        const bool by_heads = Form == channel_form::some_heads || Form == channel_form::dims_of_heads;
        if (by_head) p.head_begin = one, p.head_end = one + 1, p.one_head = true;
        if (by_heads) p.head_begin = first, p.head_end = last;
        const bool cut = Form == channel_form::some_dims || Form == channel_form::dims_of_head ||
                         Form == channel_form::dims_of_heads;
        const Index width = by_head || by_heads ? head_width : X::width;
        if (cut) p.dim_begin = begin(width), p.dim_end = end(width);
    }
};

// Selectors of tokens and batch rows.

enum class position_form { all, token, batch, both, rows };
inline constexpr std::size_t position_forms = 5;

constexpr Index axes_needed(position_form form) {
    return form == position_form::all ? 0 : form == position_form::token || form == position_form::rows ? 1 : 2;
}

namespace detail {
/// An index or a range on an axis of size n, with some numbers counted from the end. `range`: not a single index.
template <suture::Axis Along>
Position<Along> draw_position(Index n, bool range, std::optional<IndexRange>& told) {
    if (n == 0) return {0, 0, true};
    IndexRange s{draw(0, n), 0, !range && !once_in(3)};
    s.end = s.single ? s.begin + 1 : draw(s.begin, n) + 1;
    told = s;
    const Index begin = once_in(2) ? s.begin - n : s.begin;
    if (s.single) return {begin, begin, true};
    const Index end = s.end == n ? (once_in(2) ? to_end : n) : (once_in(2) ? s.end - n : s.end);
    return {begin, end, false};
}

/// Distinct token numbers of [0, n), some counted from the end.
inline at::Tensor draw_tokens(Index k, Index n, random_numbers& random) {
    extents all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), 0);
    std::shuffle(all.begin(), all.end(), random);
    all.resize(static_cast<std::size_t>(k));
    for (Index& t : all) t -= random() % 3 == 0 ? n : 0;
    return as_tensor(all);
}

inline RowPositions draw_rows(const extents& leading, random_numbers& random, bool averaged, part& told) {
    const Index n = leading.back();
    const extents outer(leading.begin(), leading.end() - 1);
    const Index rows = std::accumulate(outer.begin(), outer.end(), Index{1}, std::multiplies<>());
    const at::ScalarType dtype = once_in(3) ? at::kInt : at::kLong;
    if (n == 0 || rows == 0) return tokens(at::zeros({0}, at::kLong));
    switch (draw(averaged && leading.size() < 2 ? 1 : 0, 3)) {
        case 0: {
            told.one_per_row = at::randint(-n, n, {rows}, at::kLong);
            for (Index r = 0; r < rows; ++r) told.one_per_row[r].fill_(static_cast<Index>(random() % (2 * n)) - n);
            return token(told.one_per_row.reshape(outer).to(dtype));
        }
        case 1: {
            const Index k = draw(1, n + 1);
            if (once_in(2)) {
                told.several = draw_tokens(k, n, random);
                return tokens(told.several.to(dtype));
            }
            std::vector<at::Tensor> each;
            for (Index r = 0; r < rows; ++r) each.push_back(draw_tokens(k, n, random));
            told.several = at::stack(each);
            extents sizes = outer;
            sizes.push_back(k);
            return tokens(told.several.reshape(sizes).to(dtype));
        }
        default: {
            const bool for_all_rows = once_in(2);
            told.mask = at::zeros(for_all_rows ? extents{n} : leading, at::kBool);
            const at::Tensor flat = told.mask.view({-1});
            for (Index i = 0; i < flat.numel(); ++i) flat[i].fill_(random() % 2 == 0);
            flat[static_cast<Index>(random() % static_cast<std::uint64_t>(flat.numel()))].fill_(true);
            return mask(told.mask);
        }
    }
}
}  // namespace detail

/// Drawn selectors of a form. `averaged`: only those that leave tokens or batch rows to average over.
template <position_form Form>
auto draw_positions(const extents& leading, random_numbers& random, bool averaged, part& told) {
    if constexpr (Form == position_form::all)
        return std::tuple();
    else if constexpr (Form == position_form::token)
        return std::tuple(
            detail::draw_position<Axis::token>(leading.back(), averaged && leading.size() < 2, told.token));
    else if constexpr (Form == position_form::batch)
        return std::tuple(detail::draw_position<Axis::batch>(leading.front(), false, told.batch));
    else if constexpr (Form == position_form::both) {
        const bool keep_tokens = averaged && once_in(2), keep_rows = averaged && !keep_tokens;
        return std::tuple(detail::draw_position<Axis::token>(leading.back(), keep_tokens, told.token),
                          detail::draw_position<Axis::batch>(leading.front(), keep_rows, told.batch));
    } else
        return std::tuple(detail::draw_rows(leading, random, averaged, told));
}

/// The index of a layout in a tuple of them: it decides which selectors and edits the layout is tried with.
template <class L, class Layouts>
inline constexpr std::size_t place_among = 0;
template <class L, class... Ls>
inline constexpr std::size_t place_among<L, std::tuple<Ls...>> = [] {
    std::size_t at = 0;
    bool found = false;
    ((found = found || std::is_same_v<L, Ls>, at += !found), ...);
    return at;
}();

}  // namespace laws
