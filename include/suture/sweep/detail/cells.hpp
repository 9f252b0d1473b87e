// Cells: what a grid means for prompts of a known length. A cell is one patched run; its index counts through the axes of
// the result, the last axis running fastest.
#pragma once

#include "suture/sweep/detail/labels.hpp"
#include "suture/sweep/grid.hpp"
#include "suture/sweep/result.hpp"
#include "suture/tensor/detail/place.hpp"

#include <ATen/ops/cat.h>

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// What an axis of a sweep counts.
enum class CellAxis : unsigned char { prompt, component, layer, head, position, recipe };
constexpr const char* to_string(CellAxis axis) {
    constexpr std::array names{"prompt", "component", "layer", "head", "position", "recipe"};
    return names[static_cast<std::size_t>(axis)];
}

struct Cell {
    Index index = 0, prompt = 0;
    std::size_t part = 0, layer = 0, recipe = 0;
    Index head = -1;  ///< -1: all heads
    IndexRange positions;
};

/// All cells of a grid over some prompts.
class CellSpace {
public:
    /// @throws PositionError if the grid names a position that a prompt of this length does not have
    CellSpace(Grid grid, Index prompts, Index length)
        : grid_(std::move(grid)), positions_(range_of(grid_.positions(), length, "a prompt of the sweep")) {
        for (const GridRecipe& recipe : grid_.recipes()) recipe.check(length);
        const GridPart& first = grid_.parts().front();
        add(CellAxis::prompt, numbered(0, prompts));
        if (grid_.parts().size() > 1) add(CellAxis::component, component_labels(grid_.parts()));
        add(CellAxis::layer, layer_labels(first.sites));
        if (grid_.has_heads()) add(CellAxis::head, numbered(first.first_head, first.heads()));
        if (grid_.has_positions()) add(CellAxis::position, numbered(positions_.begin, positions_.size));
        if (!grid_.recipes().empty()) add(CellAxis::recipe, recipe_labels(grid_.recipes()));
    }

    const Grid& grid() const { return grid_; }
    /// The positions that are patched, of all that a prompt has.
    const IndexRange& positions() const { return positions_; }
    const std::vector<SweepAxis>& axes() const { return axes_; }
    std::vector<Index> sizes() const {
        std::vector<Index> all;
        for (const SweepAxis& axis : axes_) all.push_back(axis.size());
        return all;
    }
    Index cells_per_prompt() const {
        Index count = 1;
        for (std::size_t i = 1; i < axes_.size(); ++i) count *= axes_[i].size();
        return count;
    }
    Index size() const { return axes_.front().size() * cells_per_prompt(); }

    Cell at(Index index) const {
        Cell c;
        c.index = index;
        c.positions = positions_;
        for (std::size_t i = axes_.size(); i-- > 0; index /= axes_[i].size())
            place(c, kinds_[i], index % axes_[i].size());
        return c;
    }
    /// What a cell replaces of an activation [..., positions, width]: a view. @pre the grid has no recipes
    at::Tensor part_of(const at::Tensor& activation, const Cell& c) const {
        const at::Tensor positions = activation.narrow(-2, c.positions.begin, c.positions.size);
        return cut_channels(positions, grid_.parts()[c.part].of_head(c.head));
    }
    /// The activation [..., positions, width] as the cell makes it, in storage of its own; `source` is where it takes its
    /// part from, with the same shape or one that broadcasts to it.
    at::Tensor edited(const at::Tensor& activation, const at::Tensor& source, const Cell& c) const {
        if (!grid_.recipes().empty()) return by_recipe(activation, grid_.recipes()[c.recipe]);
        at::Tensor copy = activation.clone(at::MemoryFormat::Contiguous);
        part_of(copy, c).copy_(part_of(source, c));
        return copy;
    }

private:
    void add(CellAxis kind, Labels labels) {
        kinds_.push_back(kind);
        axes_.push_back({to_string(kind), std::move(labels)});
    }
    void place(Cell& c, CellAxis axis, Index at) const {
        switch (axis) {
            case CellAxis::prompt:
                c.prompt = at;
                break;
            case CellAxis::component:
                c.part = static_cast<std::size_t>(at);
                break;
            case CellAxis::layer:
                c.layer = static_cast<std::size_t>(at);
                break;
            case CellAxis::head:
                c.head = at;
                break;
            case CellAxis::position:
                c.positions = {positions_.begin + at, 1, false};
                break;
            case CellAxis::recipe:
                c.recipe = static_cast<std::size_t>(at);
                break;
        }
    }
    /// A recipe sees one prompt at a time, so that `batch(0)` or a mean over the batch mean the same however many run.
    static at::Tensor by_recipe(const at::Tensor& activation, const GridRecipe& recipe) {
        std::vector<at::Tensor> edited;
        for (Index prompt = 0; prompt < activation.size(0); ++prompt)
            edited.push_back(recipe.edited(activation.narrow(0, prompt, 1)));
        return at::cat(edited);
    }

    Grid grid_;
    IndexRange positions_;
    std::vector<CellAxis> kinds_;  ///< of each axis
    std::vector<SweepAxis> axes_;
};

}  // namespace suture::detail
