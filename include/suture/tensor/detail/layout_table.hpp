// The table of layouts whose numbers only run time knows. Equal numbers are stored once and never freed, so that a View
// carries them as one pointer, which costs nothing to copy and stays valid as long as the program runs.
#pragma once

#include "suture/core/layout.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/joined.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <typeindex>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture::detail {

/// The numbers of a layout, and of what a tensor of each of its components is packed like.
struct InternedLayout {
    LayoutFacts facts;
    std::vector<ComponentFacts> components;
    std::vector<const InternedLayout*> parts;
};

/// Whether two components are of one family.
inline bool are_one_kind(const ComponentFacts& a, const ComponentFacts& b) {
    return a.identity == b.identity || (a.identity && b.identity && *a.identity == *b.identity);
}

/// Whether the components are of the same families and have the same numbers in the same order and groups.
inline bool are_same_numbers(const LayoutFacts& a, const LayoutFacts& b) {
    if (&a == &b || a.components == b.components) return a.groups == b.groups;
    if (a.width != b.width || a.groups != b.groups || a.count != b.count) return false;
    for (std::size_t i = 0; i < a.count; ++i) {
        const ComponentFacts &x = a.components[i], &y = b.components[i];
        if (x.width != y.width || x.heads != y.heads || !are_one_kind(x, y)) return false;
    }
    return true;
}

/// Checks numbers as the compiler checks those that it knows. @param width the layout's, if it is known otherwise
/// @return the width of the layout @throws ShapeError with the sentence of the compiler, and the numbers
inline Index check_numbers(const std::vector<ComponentFacts>& components, Index groups, Index width = dynamic) {
    const auto refuse = [](const std::string& sentence, const std::string& numbers) {
        throw ShapeError(sentence + " (" + numbers + ")");
    };
    Index period = 0, sum = 0;
    bool fits = true;
    for (const ComponentFacts& c : components) {
        const std::string name = c.name;
        if (c.width < 1) refuse(SUTURE_NO_CHANNELS, name + " has " + std::to_string(c.width));
        if (c.heads < 1 || c.width % c.heads != 0)
            refuse(SUTURE_UNEVEN_HEADS,
                   name + " has " + std::to_string(c.heads) + " heads and " + std::to_string(c.width) + " channels");
        fits = fits && !__builtin_add_overflow(period, c.width, &period);
    }
    if (groups < 1) refuse(SUTURE_NO_GROUPS, "it has " + std::to_string(groups));
    fits = fits && !__builtin_mul_overflow(period, groups, &sum);
    const auto widths = [&] {
        const std::string all = joined(
            components, " + ", [](const auto& c) { return std::string(c.name) + " " + std::to_string(c.width); });
        return groups == 1 ? all : std::to_string(groups) + " x (" + all + ")";
    };
    if (!fits) refuse(SUTURE_OTHER_SUM, widths() + " is more than a tensor can have");
    if (width != dynamic && width != sum)
        refuse(SUTURE_OTHER_SUM, widths() + " is " + std::to_string(sum) + ", not " + std::to_string(width));
    return sum;
}

/// The table of this process.
class LayoutTable {
public:
    /// The stored layout of these numbers; the same for the same numbers. @pre they were checked
    static const InternedLayout& at(const std::vector<ComponentFacts>& components, Index groups, bool is_component,
                                    const AxisOrder& axes = {}) {
        static LayoutTable& table = *new LayoutTable;  // Views may outlive static objects
        const std::lock_guard lock(table.guard_);
        return table.stored(components, groups, is_component, axes);
    }

private:
    using Axes = std::tuple<short, short, short, short>;
    using Key = std::tuple<std::vector<std::tuple<std::type_index, Index, Index>>, Index, bool, Axes>;

    const InternedLayout& stored(const std::vector<ComponentFacts>& components, Index groups, bool is_component,
                                 const AxisOrder& axes) {
        Key key{{}, groups, is_component, {axes.count, axes.batch, axes.token, axes.head}};
        for (const ComponentFacts& c : components) std::get<0>(key).emplace_back(*c.identity, c.width, c.heads);
        std::unique_ptr<InternedLayout>& entry = layouts_[std::move(key)];
        if (entry) return *entry;
        entry = std::make_unique<InternedLayout>();
        InternedLayout& layout = *entry;
        layout.components = components;
        Index period = 0;
        for (const ComponentFacts& c : layout.components) period += c.width;
        layout.facts = {period * groups,          groups,       layout.components.data(),
                        layout.components.size(), is_component, axes};
        // A component in groups is its own part.
        const bool is_own_part = layout.components.size() == 1 && (is_component || groups > 1);
        for (const ComponentFacts& c : layout.components)
            layout.parts.push_back(is_own_part ? &layout : &stored({c}, groups, groups == 1, axes));
        return layout;
    }

    std::mutex guard_;
    std::map<Key, std::unique_ptr<InternedLayout>> layouts_;
};

}  // namespace suture::detail

#include "suture/core/end_refuse.hpp"
