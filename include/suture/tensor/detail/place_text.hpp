// Places as text, for messages and for printing edits: "[batch 0, token 4, head 3, dims 0:10]".
#pragma once

#include "suture/tensor/describe.hpp"
#include "suture/tensor/detail/place.hpp"

#include <string>

namespace suture::detail {

inline std::string value_text(const at::Tensor& t) {
    return t.defined() ? dtype_text(t.scalar_type()) + " " + shape_text(t.sizes()) : "undefined";
}

/// A list of up to eight numbers in full, otherwise its dtype and shape.
inline std::string list_text(const at::Tensor& list) {
    constexpr Index most = 8;
    if (!list.defined() || list.is_meta() || list.dim() != 1 || list.numel() > most ||
        !at::isIntegralType(list.scalar_type(), false))
        return value_text(list);
    std::string text;
    const at::Tensor numbers = list.detach().to(at::kCPU, at::kLong);
    for (Index i = 0; i < numbers.numel(); ++i) text += (i == 0 ? "" : ",") + std::to_string(numbers[i].item<Index>());
    return text;
}

inline std::string range_text(const char* one, const char* several, bool single, Index begin, Index end) {
    if (single) return one + (" " + std::to_string(begin));
    return several + (" " + std::to_string(begin)) + ":" + (end == to_end ? "" : std::to_string(end));
}

inline std::string token_text(const Position<Axis::token>& p) {
    if (p.within == CountedIn::prompt) return "the prompt";
    if (p.within == CountedIn::generated) return p.single ? "step " + std::to_string(p.begin) : "what is generated";
    return range_text("token", "tokens", p.single, p.begin, p.end);
}

inline std::string rows_text(const RowPositions& r) {
    const char* name = r.what == RowPositions::Kind::one_per_row ? "token "
                       : r.what == RowPositions::Kind::several   ? "tokens "
                                                                 : "mask ";
    if (r.asked) return std::string(name) + "by a function";
    return name + (r.what == RowPositions::Kind::where_true ? value_text(r.given) : list_text(r.given));
}

/// "batch 0, token 4"; empty for all positions.
inline std::string selectors_text(const Positions& p) {
    std::string text;
    const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    if (p.batch) add(range_text("batch", "batches", p.batch->single, p.batch->begin, p.batch->end));
    if (p.token) add(token_text(*p.token));
    if (p.rows) add(rows_text(*p.rows));
    return text;
}
inline std::string positions_text(const Positions& p) {
    return p.is_everywhere() ? "all positions" : selectors_text(p);
}

/// The selectors, from the outermost axis to the channels; empty if there are none.
inline std::string place_text(const PlaceValue& p) {
    std::string text = selectors_text(p.positions);
    const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    const ChannelWhere& w = p.channels;
    if (p.heads.defined())
        add("heads " + list_text(p.heads));
    else if (w.heads != ChannelWhere::Heads::together) {
        const bool one = w.heads == ChannelWhere::Heads::one;
        add(range_text("head", "heads", one, w.head_begin, w.head_end));
    }
    if (p.dims.defined())
        add("dims " + list_text(p.dims));
    else if (w.has_dims)
        add(range_text("dim", "dims", false, w.dim_begin, w.dim_end));
    return text.empty() ? "" : "[" + text + "]";
}

}  // namespace suture::detail
