// The catalogue's fused projections of queries, keys and values, found by what is known of one: what a layout check
// tries when the declared layout does not behave.
#pragma once

#include "suture/core/layout.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// A layout of the catalogue as a value, with its name there.
struct known_layout {
    std::string name;
    extent groups;
    std::array<component_facts, 3> components;

    /// @pre the known_layout outlives what is made of this
    layout_facts facts() const {
        extent period = 0;
        for (const component_facts& c : components) period += c.width;
        return {period * groups, groups, components.data(), components.size()};
    }
};

/// The component of this name and its run; a width of 0 if there is none.
inline std::pair<component_facts, run> component_named(const layout_facts& layout, const std::string& name) {
    extent offset = 0;
    for (const component_facts& c : layout) {
        if (c.name == name) return {c, {offset, c.width, layout.groups, layout.width / layout.groups}};
        offset += c.width;
    }
    return {};
}

/// Some channels of a component, in words.
struct named_part {
    std::string text;
    run channels;
};

/// One head of a component, counted over all groups as `head<h>` counts.
inline run head_of(const component_facts& c, const run& all, extent head) {
    const extent width = all.width / c.heads;
    return {all.offset + head / c.heads * all.period + head % c.heads * width, width, 1, width};
}

/// A component in parts, none of which should hold another kind of channel: all of it, its first and last channels, and
/// its heads (or sixteenths, if it has one head).
inline std::vector<named_part> parts_of(const component_facts& c, const run& all) {
    std::vector<named_part> parts{{"all of it", all},
                                  {"its first channel", {all.offset, 1, all.groups, all.period}},
                                  {"its last channel", {all.offset + all.width - 1, 1, all.groups, all.period}}};
    if (const extent heads = c.heads * all.groups; heads > 1) {
        for (extent h = 0; h < heads; ++h) parts.push_back({"head " + std::to_string(h), head_of(c, all, h)});
        return parts;
    }
    const extent pieces = std::min<extent>(all.width, 16);
    for (extent i = 0; i < pieces; ++i) {
        const extent begin = i * all.width / pieces, end = (i + 1) * all.width / pieces;
        parts.push_back({"channels " + std::to_string(begin) + ":" + std::to_string(end),
                         {all.offset + begin, end - begin, 1, end - begin}});
    }
    return parts;
}

/// What each channel is, a letter each: "QQKKVV". Attention cannot tell layouts apart of which this is the same.
inline std::string roles_of(const layout_facts& layout) {
    std::string group;
    for (const component_facts& c : layout) {
        const std::string name = c.name;
        const bool known = name == "Q" || name == "K" || name == "V";
        group += std::string(static_cast<std::size_t>(c.width), known ? name.front() : '-');
    }
    std::string all;
    for (extent g = 0; g < layout.groups; ++g) all += group;
    return all;
}

/// The catalogue's layouts of n query heads and g key/value heads, d channels each.
/// @pre g divides n
inline std::vector<known_layout> layouts_of_heads(extent n, extent g, extent d) {
    const auto named = [](const std::string& name, std::vector<extent> numbers) {
        std::string text = name + "<";
        for (std::size_t i = 0; i < numbers.size(); ++i) text += (i ? ", " : "") + std::to_string(numbers[i]);
        return text + ">";
    };
    const component_facts q{"Q", n * d, n}, k{"K", g * d, g}, v{"V", g * d, g};
    if (g != n) {
        const std::string side_by_side = g == 1 ? named("Falcon7bQkv", {n, d}) : named("Phi3Qkv", {n, g, d});
        return {{side_by_side, 1, {q, k, v}},
                {named("FalconQkv", {n, g, d}), g, {{{"Q", n / g * d, n / g}, {"K", d, 1}, {"V", d, 1}}}}};
    }
    std::vector<known_layout> found{{named("Gpt2Qkv", {n * d, n}), 1, {q, k, v}},
                                    {named("NeoXQkv", {n, d}), n, {{{"Q", d, 1}, {"K", d, 1}, {"V", d, 1}}}}};
    if (n % 4 == 0) {
        const auto quarter = [n, d](const char* name) { return component_facts{name, n * d / 4, n / 4}; };
        found.push_back({named("CodeGenQkv", {n * d, n}), 4, {quarter("Q"), quarter("V"), quarter("K")}});
    }
    return found;
}

/// The catalogue's layouts as wide as the declared one that put something else into its channels; no two the same. If
/// the declared layout has several heads, their width is taken as it is and any division into query and key/value
/// heads is tried; otherwise any width of heads, with as many queries, keys and values as declared.
inline std::vector<known_layout> attention_layouts(const layout_facts& declared) {
    const component_facts q = component_named(declared, "Q").first, k = component_named(declared, "K").first;
    std::vector<known_layout> found;
    std::set<std::string> roles{roles_of(declared)};
    const auto add = [&](extent n, extent g, extent d) {
        if (g < 1 || n < g || n % g != 0) return;
        for (known_layout& layout : layouts_of_heads(n, g, d))
            if (roles.insert(roles_of(layout.facts())).second) found.push_back(std::move(layout));
    };
    if (q.width == 0 || k.width == 0) return found;
    if (const extent d = q.width / q.heads; q.heads * declared.groups > 1) {
        const extent heads = declared.width / d;  // n query heads and g each of keys and values
        if (declared.width % d == 0)
            for (extent g = 1; 3 * g <= heads; ++g) add(heads - 2 * g, g, d);
        return found;
    }
    for (extent d = k.width; d >= 1; --d)
        if (q.width % d == 0 && k.width % d == 0) add(q.width / d, k.width / d, d);
    return found;
}

}  // namespace suture::detail
