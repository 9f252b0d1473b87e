// Drawing places: heads and dims that fit a component, tokens and batch rows that fit an activation, as suture's
// selectors and as numbers for the oracle.
#pragma once

#include "suture/tensor/detail/place.hpp"

#include "laws/layouts.hpp"
#include "laws/oracle.hpp"
#include "laws/tensors.hpp"

#include <ATen/ops/randint.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <tuple>
#include <type_traits>
#include <vector>

namespace laws {

/// Draws the selectors of a place, and tells the oracle.
struct place_drawer {
    const extents& leading;
    random_numbers& random;
    bool averaged;                   ///< only positions that leave tokens or batch rows to average over
    chosen_part& told;               ///< the same place, for the oracle
    std::vector<at::Tensor>& given;  ///< the tensors that selectors are made from

    at::Tensor keep(const at::Tensor& t) const {
        given.push_back(t.clone());
        return given.back();
    }
};

namespace detail {
struct drawn_range {
    IndexRange told;   ///< counted from 0
    Index begin, end;  ///< some counted from the end, some `to_end`
};
/// An index or a range on an axis of size n. `range`: not a single index.
inline drawn_range draw_range(Index n, bool range) {
    IndexRange s{draw(0, n), 0, !range && !once_in(3)};
    s.end = s.single ? s.begin + 1 : draw(s.begin, n) + 1;
    const Index begin = once_in(2) ? s.begin - n : s.begin;
    if (s.single) return {s, begin, begin};
    return {s, begin, s.end == n ? (once_in(2) ? to_end : n) : (once_in(2) ? s.end - n : s.end)};
}

/// k distinct numbers of [0, n).
inline extents draw_distinct(Index k, Index n, random_numbers& random) {
    extents all = counted(0, n);
    std::shuffle(all.begin(), all.end(), random);
    all.resize(static_cast<std::size_t>(k));
    return all;
}
/// The numbers, some of them counted from the end of an axis of size n.
inline extents some_from_end(extents numbers, Index n, random_numbers& random) {
    for (Index& t : numbers) t -= random() % 3 == 0 ? n : 0;
    return numbers;
}
}  // namespace detail

// Selectors of channels: values of suture's types, and the same numbers for the oracle.

enum class channel_form {
    all,
    // Known at compile time.
    one_head,
    some_heads,
    some_dims,
    dims_of_head,
    dims_of_heads,
    // Known at run time.
    drawn_heads,
    drawn_dims,
    drawn_dims_of_heads,
    listed_heads,
    listed_dims,
    listed_dims_of_heads,
    mixed
};
inline constexpr std::size_t channel_forms = 13;

/// The selectors of a form for component X in layout L, or for all of L, which can only have dims.
template <class L, class X, channel_form Form>
struct channel_wheres {
    static constexpr Index count = head_count<L, X>, width = channel_count<L, X>;
    static constexpr Index head_width = count > 0 ? width / count : width;
    // One head: in the middle, or the last. Several: across groups, wherever there are two.
    static constexpr Index one = (count * 2) / 3;
    static constexpr Index first = count / 3;
    static constexpr Index last = count - (count > 3);
    static constexpr Index begin(Index width) { return width / 3; }
    static constexpr Index end(Index width) { return std::max(begin(width) + 1, width - (width > 3)); }

    /// A form without heads for what has none.
    static constexpr channel_form form = [] {
        if (count > 0 || Form == channel_form::all || Form == channel_form::drawn_dims) return Form;
        const bool known = Form < channel_form::drawn_heads;
        return known ? channel_form::some_dims
               : Form == channel_form::drawn_dims_of_heads || Form == channel_form::drawn_heads
                   ? channel_form::drawn_dims
                   : channel_form::listed_dims;
    }();

    static auto draw(const place_drawer& d) {
        chosen_part& told = d.told;
        if constexpr (form == channel_form::one_head) {
            told.heads = extents{one}, told.one_head = true;
            return std::tuple(head<one>());
        } else if constexpr (form == channel_form::some_heads) {
            told.heads = counted(first, last);
            return std::tuple(heads<first, last>());
        } else if constexpr (form == channel_form::some_dims) {
            told.dims = counted(begin(width), end(width));
            return std::tuple(dims<begin(width), end(width)>());
        } else if constexpr (form == channel_form::dims_of_head) {
            told.heads = extents{one}, told.one_head = true;
            told.dims = counted(begin(head_width), end(head_width));
            return std::tuple(head<one>(), dims<begin(head_width), end(head_width)>());
        } else if constexpr (form == channel_form::dims_of_heads) {
            told.heads = counted(first, last);
            told.dims = counted(begin(head_width), end(head_width));
            return std::tuple(dims<begin(head_width), end(head_width)>(), heads<first, last>());
        } else if constexpr (form == channel_form::drawn_heads) {
            return std::tuple(draw_heads(told));
        } else if constexpr (form == channel_form::drawn_dims) {
            return std::tuple(draw_dims(width, told));
        } else if constexpr (form == channel_form::drawn_dims_of_heads) {
            return std::tuple(draw_dims(head_width, told), draw_heads(told));
        } else if constexpr (form == channel_form::listed_heads) {
            told.heads = draw_list(count, d);
            return std::tuple(list<suture::detail::HeadList>(*told.heads, count, d));
        } else if constexpr (form == channel_form::listed_dims) {
            told.dims = draw_list(width, d);
            return std::tuple(list<suture::detail::DimList>(*told.dims, width, d));
        } else if constexpr (form == channel_form::listed_dims_of_heads) {
            told.heads = draw_list(count, d), told.dims = draw_list(head_width, d);
            return std::tuple(list<suture::detail::HeadList>(*told.heads, count, d),
                              list<suture::detail::DimList>(*told.dims, head_width, d));
        } else if constexpr (form == channel_form::mixed) {
            told.dims = draw_list(head_width, d);
            return std::tuple(draw_heads(told), list<suture::detail::DimList>(*told.dims, head_width, d));
        } else {
            return std::tuple();
        }
    }

private:
    static suture::detail::Heads draw_heads(chosen_part& told) {
        if (once_in(6)) {
            told.heads = counted(0, count);
            return heads();
        }
        const detail::drawn_range r = detail::draw_range(count, false);
        told.heads = counted(r.told.begin, r.told.end), told.one_head = r.told.single;
        return r.told.single ? head(r.begin) : heads(r.begin, r.end);
    }
    static suture::detail::Dims draw_dims(Index size, chosen_part& told) {
        const detail::drawn_range r = detail::draw_range(size, true);
        told.dims = counted(r.told.begin, r.told.end);
        return dims(r.begin, r.end);
    }
    /// One or more distinct numbers below n.
    static extents draw_list(Index n, const place_drawer& d) {
        return detail::draw_distinct(laws::draw(1, n + 1), n, d.random);
    }
    /// The selector of these numbers: a vector, a tensor of integers, or of bools, which puts them in order.
    template <class List>
    static List list(extents& numbers, Index n, const place_drawer& d) {
        const auto make = [](const auto& value) {
            if constexpr (std::is_same_v<List, suture::detail::HeadList>)
                return heads(value);
            else
                return dims(value);
        };
        switch (laws::draw(0, 3)) {
            case 0:
                return make(detail::some_from_end(numbers, n, d.random));
            case 1:
                return make(d.keep(
                    as_tensor(detail::some_from_end(numbers, n, d.random)).to(once_in(2) ? at::kLong : at::kInt)));
            default: {
                std::sort(numbers.begin(), numbers.end());
                const at::Tensor mask = at::zeros({n}, at::kBool);
                for (Index i : numbers) mask[i].fill_(true);
                return make(d.keep(mask));
            }
        }
    }
};

// Selectors of tokens and batch rows.

enum class position_form { all, token, batch, both, rows };
inline constexpr std::size_t position_forms = 5;

constexpr Index axes_needed(position_form form) {
    return form == position_form::all ? 0 : form == position_form::token || form == position_form::rows ? 1 : 2;
}

namespace detail {
/// An index or a range. `range`: not a single index.
template <suture::Axis Along>
Position<Along> draw_position(Index n, bool range, std::optional<IndexRange>& told, bool& is_nowhere) {
    if (n == 0) {
        is_nowhere = true;
        return {0, 0, true};
    }
    const drawn_range r = draw_range(n, range);
    told = r.told;
    return {r.begin, r.end, r.told.single};
}

inline RowPositions draw_rows(const place_drawer& d) {
    chosen_part& told = d.told;
    const extents& leading = d.leading;
    const Index n = leading.back();
    const extents outer(leading.begin(), leading.end() - 1);
    const Index rows = std::accumulate(outer.begin(), outer.end(), Index{1}, std::multiplies<>());
    const at::ScalarType dtype = once_in(3) ? at::kInt : at::kLong;
    if (n == 0 || rows == 0) {
        told.is_nowhere = true;
        return tokens(at::zeros({0}, at::kLong));
    }
    switch (draw(d.averaged && leading.size() < 2 ? 1 : 0, 3)) {
        case 0: {
            told.one_per_row = at::randint(-n, n, {rows}, at::kLong);
            for (Index r = 0; r < rows; ++r)
                told.one_per_row[r].fill_(static_cast<Index>(d.random() % static_cast<std::uint64_t>(2 * n)) - n);
            return token(d.keep(told.one_per_row.reshape(outer).to(dtype)));
        }
        case 1: {
            const Index k = draw(1, n + 1);
            const auto draw_tokens = [&] { return some_from_end(draw_distinct(k, n, d.random), n, d.random); };
            if (once_in(2)) {
                const extents numbers = draw_tokens();
                told.several = as_tensor(numbers);
                return once_in(2) ? tokens(numbers) : tokens(d.keep(told.several.to(dtype)));
            }
            std::vector<at::Tensor> each;
            for (Index r = 0; r < rows; ++r) each.push_back(as_tensor(draw_tokens()));
            told.several = at::stack(each);
            extents sizes = outer;
            sizes.push_back(k);
            return tokens(d.keep(told.several.reshape(sizes).to(dtype)));
        }
        default: {
            const bool for_all_rows = once_in(2);
            told.mask = at::zeros(for_all_rows ? extents{n} : leading, at::kBool);
            const at::Tensor flat = told.mask.view({-1});
            for (Index i = 0; i < flat.numel(); ++i) flat[i].fill_(d.random() % 2 == 0);
            flat[static_cast<Index>(d.random() % static_cast<std::uint64_t>(flat.numel()))].fill_(true);
            return mask(d.keep(told.mask));
        }
    }
}
}  // namespace detail

/// Drawn selectors of a form.
template <position_form Form>
auto draw_positions(const place_drawer& d) {
    chosen_part& told = d.told;
    const auto draw_token = [&](bool range) {
        return detail::draw_position<Axis::token>(d.leading.back(), range, told.token, told.is_nowhere);
    };
    const auto draw_batch = [&](bool range) {
        return detail::draw_position<Axis::batch>(d.leading.front(), range, told.batch, told.is_nowhere);
    };
    if constexpr (Form == position_form::all)
        return std::tuple();
    else if constexpr (Form == position_form::token)
        return std::tuple(draw_token(d.averaged && d.leading.size() < 2));
    else if constexpr (Form == position_form::batch)
        return std::tuple(draw_batch(false));
    else if constexpr (Form == position_form::both) {
        const bool keep_tokens = d.averaged && once_in(2), keep_rows = d.averaged && !keep_tokens;
        const auto chosen_token = draw_token(keep_tokens);
        return std::tuple(chosen_token, draw_batch(keep_rows));
    } else
        return std::tuple(detail::draw_rows(d));
}

/// The selectors of a place of X in L: positions, then channels.
template <class L, class X, position_form Positions, channel_form Channels>
auto draw_wheres(const place_drawer& d) {
    const auto positions = draw_positions<Positions>(d);
    return std::tuple_cat(positions, channel_wheres<L, X, Channels>::draw(d));
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
