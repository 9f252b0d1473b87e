// The catalogue's fused projections of queries, keys and values, found by what is known of one: what a layout check
// tries when the declared layout does not behave.
#pragma once

#include "suture/core/layout.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// A layout of the catalogue as a value, with its name there.
struct KnownLayout {
    std::string name;
    Index groups;
    std::array<ComponentFacts, 3> components;

    /// @pre the KnownLayout outlives what is made of this
    LayoutFacts facts() const {
        Index period = 0;
        for (const ComponentFacts& c : components) period += c.width;
        return {period * groups, groups, components.data(), components.size()};
    }
};

/// The component of this name and its run; a width of 0 if there is none.
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

/// Channels that stand for all of a component, whatever heads it is said to have: each head is cut into pieces, the
/// component into 32 at least (or single channels), and one channel is taken of each, the component's first and last among
/// them. Which one changes from piece to piece: a regular grid could fall on one kind of channel in several.
/// @post other channels, 2 n - 1 side by side in a head that is cut into pieces of n, are among those taken
inline std::vector<Index> single_channels(const ComponentFacts& c, const StridedSlice& all) {
    const Index heads = c.heads * all.groups, width = all.width / c.heads;
    const Index pieces = std::min<Index>(width, (32 + heads - 1) / heads);
    const double golden = 0.6180339887498949;  // its multiples are spread evenly, and never regularly
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

/// What each channel is, a letter each: "QQKKVV". Attention cannot tell layouts apart of which this is the same.
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

/// The catalogue's layouts of n query heads and g key/value heads, d channels each.
/// @pre g divides n
inline std::vector<KnownLayout> layouts_of_heads(Index n, Index g, Index d) {
    const auto named = [](const std::string& name, std::vector<Index> numbers) {
        std::string text = name + "<";
        for (std::size_t i = 0; i < numbers.size(); ++i) text += (i ? ", " : "") + std::to_string(numbers[i]);
        return text + ">";
    };
    const ComponentFacts q{"Q", n * d, n}, k{"K", g * d, g}, v{"V", g * d, g};
    if (g != n) {
        const std::string side_by_side = g == 1 ? named("Falcon7bQkv", {n, d}) : named("Phi3Qkv", {n, g, d});
        return {{side_by_side, 1, {q, k, v}},
                {named("FalconQkv", {n, g, d}), g, {{{"Q", n / g * d, n / g}, {"K", d, 1}, {"V", d, 1}}}}};
    }
    std::vector<KnownLayout> found{{named("Gpt2Qkv", {n * d, n}), 1, {q, k, v}},
                                   {named("NeoXQkv", {n, d}), n, {{{"Q", d, 1}, {"K", d, 1}, {"V", d, 1}}}}};
    if (n % 4 == 0) {
        const auto quarter = [n, d](const char* name) { return ComponentFacts{name, n * d / 4, n / 4}; };
        found.push_back({named("CodeGenQkv", {n * d, n}), 4, {quarter("Q"), quarter("V"), quarter("K")}});
    }
    return found;
}

/// The catalogue's layouts as wide as the declared one that put something else into its channels, in any division into
/// query and key/value heads; no two the same. Those with heads as wide as declared come first, if there are several,
/// then wider heads before narrower ones.
/// @pre there are queries, keys and values in the declared layout
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
