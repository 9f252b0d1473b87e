// Cells: what a grid means for prompts of a known length. A cell is one patched run; it has an index, row by row in the
// axes of the result.
#pragma once

#include "suture/sweep/grid.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/detail/place.hpp"

#include <ATen/ops/cat.h>
#include <range/v3/algorithm/all_of.hpp>
#include <range/v3/algorithm/find_if.hpp>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/iota.hpp>
#include <range/v3/view/split.hpp>
#include <range/v3/view/transform.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace suture {

/// An axis of a sweep's result: "layer", with a label for each place.
struct SweepAxis {
    std::string name;
    std::vector<std::string> labels;
    Index size() const { return static_cast<Index>(labels.size()); }
    bool operator==(const SweepAxis&) const = default;
};

namespace detail {
/// The first of these lists of labels in which no two are the same; the last one if there is none.
inline std::vector<std::string> first_distinct(const std::vector<std::vector<std::string>>& lists) {
    const auto is_distinct = [](const std::vector<std::string>& labels) {
        return std::set<std::string>(labels.begin(), labels.end()).size() == labels.size();
    };
    const auto found = ranges::find_if(lists, is_distinct);
    return found == lists.end() ? lists.back() : *found;
}
/// f of each, as labels.
template <class Range, class F>
std::vector<std::string> labels_of(const Range& range, F f) {
    return range | ranges::views::transform(f) | ranges::to<std::vector<std::string>>();
}
inline std::vector<std::string> numbered(Index begin, Index count) {
    return labels_of(ranges::views::iota(begin, begin + count), [](Index i) { return std::to_string(i); });
}

/// "3" of "h.3.attn.c_attn": the number that a path names. The whole path if it names none, or several.
inline std::string layer_of(const std::string& path) {
    const auto text = [](auto&& step) { return ranges::to<std::string>(step); };
    const auto is_number = [](const std::string& step) {
        return !step.empty() && step.find_first_not_of("0123456789") == step.npos;
    };
    const auto steps = path | ranges::views::split('.') | ranges::views::transform(text) | ranges::to<std::vector>();
    const auto numbers = steps | ranges::views::filter(is_number) | ranges::to<std::vector>();
    return numbers.size() == 1 ? numbers.front() : path;
}
/// What the layers are called: by their numbers; by their paths where numbers would not tell two apart; by their places
/// where a site has no name.
inline std::vector<std::string> layer_labels(const std::vector<SiteRef<AnyLayout>>& sites) {
    const auto path = [](const SiteRef<AnyLayout>& site) { return site.name(); };
    const auto number = [](const SiteRef<AnyLayout>& site) { return layer_of(site.name()); };
    const auto is_named = [](const SiteRef<AnyLayout>& site) { return site.site().has_name(); };
    const std::vector<std::string> places = numbered(0, static_cast<Index>(sites.size()));
    if (!ranges::all_of(sites, is_named)) return places;
    return first_distinct({labels_of(sites, number), labels_of(sites, path), places});
}
/// "Q"; where two components of a grid are called the same, what their sites are called, "resid_pre"; or both in full,
/// "Resid<768> at h.0.resid_pre".
inline std::vector<std::string> component_labels(const std::vector<GridPart>& parts) {
    const auto in_full = [](const GridPart& part) {
        const ComponentFacts facts{part.name.c_str(), part.channels.where.width, part.heads_a_group};
        return component_text(facts) + " at " + part.sites.front().name();
    };
    const auto at_site = [](const GridPart& part) {
        const std::string& path = part.sites.front().name();
        return path.substr(path.rfind('.') + 1);
    };
    return first_distinct({labels_of(parts, &GridPart::name), labels_of(parts, at_site), labels_of(parts, in_full)});
}
/// "Q[token 3] *= 0.5"; or, where two recipes read the same, with its place in front.
inline std::vector<std::string> recipe_labels(const std::vector<GridRecipe>& recipes) {
    const auto numbered_name = [&](std::size_t i) { return std::to_string(i) + ": " + recipes[i].name; };
    return first_distinct({labels_of(recipes, &GridRecipe::name),
                           labels_of(ranges::views::iota(std::size_t{0}, recipes.size()), numbered_name)});
}

struct Cell {
    Index index = 0, prompt = 0;
    std::size_t part = 0, layer = 0, recipe = 0;
    Index head = -1;  ///< -1: all
    IndexRange tokens;
};

/// All cells of a grid over some prompts.
class CellSpace {
public:
    /// @throws PositionError if a prompt has no such token
    CellSpace(Grid grid, Index prompts, Index tokens)
        : grid_(std::move(grid)), tokens_(range_of(grid_.tokens(), tokens, "a prompt of the sweep")) {
        for (const GridRecipe& recipe : grid_.recipes()) recipe.check(tokens);
        const GridPart& first = grid_.parts().front();
        axes_.push_back({"prompt", numbered(0, prompts)});
        if (grid_.parts().size() > 1) axes_.push_back({"component", component_labels(grid_.parts())});
        axes_.push_back({"layer", layer_labels(first.sites)});
        if (grid_.has_heads()) axes_.push_back({"head", numbered(0, first.heads())});
        if (grid_.has_tokens()) axes_.push_back({"token", numbered(tokens_.begin, tokens_.size)});
        if (!grid_.recipes().empty()) axes_.push_back({"recipe", recipe_labels(grid_.recipes())});
    }

    const Grid& grid() const { return grid_; }
    /// The tokens that are patched, of all that a prompt has.
    const IndexRange& tokens() const { return tokens_; }
    const std::vector<SweepAxis>& axes() const { return axes_; }
    std::vector<Index> sizes() const {
        std::vector<Index> all;
        for (const SweepAxis& axis : axes_) all.push_back(axis.size());
        return all;
    }
    /// The number of cells of one prompt.
    Index cells_a_prompt() const {
        Index count = 1;
        for (std::size_t i = 1; i < axes_.size(); ++i) count *= axes_[i].size();
        return count;
    }
    Index size() const { return axes_.front().size() * cells_a_prompt(); }

    Cell at(Index index) const {
        Cell c;
        c.index = index;
        c.tokens = tokens_;
        for (auto axis = axes_.rbegin(); axis != axes_.rend(); index /= axis->size(), ++axis)
            place(c, axis->name, index % axis->size());
        return c;
    }
    /// What a cell replaces of an activation [..., tokens, width]: a view. @pre this is no cell of recipes
    at::Tensor part_of(const at::Tensor& activation, const Cell& c) const {
        const at::Tensor tokens = activation.narrow(-2, c.tokens.begin, c.tokens.size);
        return cut_channels(tokens, grid_.parts()[c.part].of_head(c.head));
    }
    /// The activation [..., tokens, width] as the cell makes it, in storage of its own; `source` is what it takes its
    /// part from, of the same shape or one that broadcasts to it.
    at::Tensor edited(const at::Tensor& activation, const at::Tensor& source, const Cell& c) const {
        if (!grid_.recipes().empty()) return by_recipe(activation, grid_.recipes()[c.recipe]);
        at::Tensor copy = activation.clone(at::MemoryFormat::Contiguous);
        part_of(copy, c).copy_(part_of(source, c));
        return copy;
    }

private:
    /// A recipe sees one prompt at a time, so that `batch(0)` or a mean over the batch mean the same however many run.
    static at::Tensor by_recipe(const at::Tensor& activation, const GridRecipe& recipe) {
        std::vector<at::Tensor> edited;
        for (Index prompt = 0; prompt < activation.size(0); ++prompt)
            edited.push_back(recipe.edited(activation.narrow(0, prompt, 1)));
        return at::cat(edited);
    }
    void place(Cell& c, const std::string& axis, Index at) const {
        if (axis == "prompt")
            c.prompt = at;
        else if (axis == "component")
            c.part = static_cast<std::size_t>(at);
        else if (axis == "layer")
            c.layer = static_cast<std::size_t>(at);
        else if (axis == "head")
            c.head = at;
        else if (axis == "token")
            c.tokens = {tokens_.begin + at, 1, false};
        else
            c.recipe = static_cast<std::size_t>(at);
    }

    Grid grid_;
    IndexRange tokens_;
    std::vector<SweepAxis> axes_;
};
}  // namespace detail

}  // namespace suture
