// The fused projections of queries, keys and values in the catalogue that a layout check tries when the declared layout
// does not fit.
#pragma once

#include "suture/core/published_layouts.hpp"
#include "suture/tensor/joined.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// A layout of the catalogue with its numbers.
struct KnownLayout {
    std::string name;
    LayoutValue value;

    /// @pre the KnownLayout outlives the result
    LayoutFacts facts() const { return value.facts(); }
};

/// The component of this name and its channels; a width of 0 if there is none.
inline std::pair<ComponentFacts, StridedSlice> component_named(const LayoutFacts& layout, const std::string& name) {
    Index offset = 0;
    for (const ComponentFacts& c : layout) {
        if (c.name == name) return {c, {offset, c.width, layout.groups, layout.width / layout.groups}};
        offset += c.width;
    }
    return {};
}

/// One head of a component, counted over all groups as `head<h>` counts.
inline StridedSlice head_of(const ComponentFacts& c, const StridedSlice& all, Index head) {
    const Index width = all.width / c.heads;
    return {all.offset + head / c.heads * all.period + head % c.heads * width, width, 1, width};
}

/// A sample of a component's channels, whatever its declared heads: each head is cut into pieces, the component into at
/// least 32 (or single channels), and each piece gives one channel, among them the component's first and last. The
/// channel's position varies from piece to piece, because a regular grid could hit the same kind of channel every time.
/// @post if a head is cut into pieces of n, any 2 n - 1 channels side by side contain a sampled one
inline std::vector<Index> single_channels(const ComponentFacts& c, const StridedSlice& all) {
    const Index heads = c.heads * all.groups, width = all.width / c.heads;
    const Index pieces = std::min<Index>(width, (32 + heads - 1) / heads);
    const double golden = 0.6180339887498949;  // its multiples are spread evenly but not regularly
    std::vector<Index> channels;
    for (Index i = 0; i < heads * pieces; ++i) {
        const Index begin = i % pieces * width / pieces, end = (i % pieces + 1) * width / pieces;
        const double share = std::fmod(golden * static_cast<double>(i), 1.0);
        channels.push_back(head_of(c, all, i / pieces).offset + begin +
                           static_cast<Index>(share * static_cast<double>(end - begin)));
    }
    channels.front() = all.channel(0), channels.back() = all.channel(all.channels() - 1);
    return channels;
}

/// The role of each channel, one letter per channel: "QQKKVV". Attention cannot distinguish layouts with equal roles.
inline std::string roles_of(const LayoutFacts& layout) {
    std::string group;
    for (const ComponentFacts& c : layout) {
        const std::string name = c.name;
        const bool known = name == "Q" || name == "K" || name == "V";
        group += std::string(static_cast<std::size_t>(c.width), known ? name.front() : '-');
    }
    std::string all;
    for (Index g = 0; g < layout.groups; ++g) all += group;
    return all;
}

/// The catalogue's layouts with n query heads and g key/value heads of d channels each.
/// @pre g divides n
inline std::vector<KnownLayout> layouts_of_heads(Index n, Index g, Index d) {
    std::vector<KnownLayout> found;
    const auto add = [&found](const char* name, const std::vector<Index>& numbers) {
        const std::string text = joined(numbers, ", ", [](Index number) { return std::to_string(number); });
        if (const auto value = find_layout(name)->of(numbers))
            found.push_back({std::string(name) + "<" + text + ">", *value});
    };
    if (g != n) {
        g == 1 ? add("Falcon7bQkv", {n, d}) : add("Phi3Qkv", {n, g, d});
        add("FalconQkv", {n, g, d});
    } else {
        add("Gpt2Qkv", {n * d, n});
        add("NeoXQkv", {n, d});
        add("CodeGenQkv", {n * d, n});
    }
    return found;
}

/// The catalogue's layouts of the declared width whose channels have other roles, in any division into query and
/// key/value heads, without duplicates. Heads of the declared width come first (if the layout has several), then wider
/// heads before narrower ones.
/// @pre the declared layout has queries, keys and values
inline std::vector<KnownLayout> attention_layouts(const LayoutFacts& declared) {
    const ComponentFacts q = component_named(declared, "Q").first;
    std::vector<KnownLayout> found;
    std::set<std::string> roles{roles_of(declared)};
    const auto add_heads_of = [&](Index d) {
        const Index heads = declared.width / d;  // n query heads and g each of keys and values
        if (declared.width % d != 0) return;
        for (Index g = 1; 3 * g <= heads; ++g) {
            if (heads % g != 0) continue;
            for (KnownLayout& layout : layouts_of_heads(heads - 2 * g, g, d))
                if (roles.insert(roles_of(layout.facts())).second) found.push_back(std::move(layout));
        }
    };
    if (q.heads * declared.groups > 1) add_heads_of(q.width / q.heads);
    for (Index d = declared.width / 3; d >= 1; --d) add_heads_of(d);
    return found;
}

}  // namespace suture::detail
