// Cells: what a grid means for prompts of a known length. A cell is one patched run; it has an index, row by row in the
// axes of the result.
#pragma once

#include "suture/study/grid.hpp"
#include "suture/study/patching.hpp"

#include <ATen/ops/cat.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace suture {

/// An axis of a sweep's result: "layer", with a label for each place.
struct SweepAxis {
    std::string name;
    std::vector<std::string> labels;
    extent size() const { return static_cast<extent>(labels.size()); }
    bool operator==(const SweepAxis&) const = default;
};

namespace detail {
struct cell {
    extent index = 0, prompt = 0;
    std::size_t part = 0, layer = 0, recipe = 0;
    extent head = -1;  ///< -1: all
    stretch tokens;
};

/// All cells of a grid over some prompts.
class cell_space {
public:
    /// @throws PositionError if a prompt has no such token
    cell_space(Grid grid, extent prompts, extent tokens)
        : grid_(std::move(grid)), tokens_(stretch_of(grid_.tokens(), tokens, "the prompts")) {
        axes_.push_back({"prompt", numbered(0, prompts)});
        if (grid_.parts().size() > 1) axes_.push_back({"component", {}});
        if (grid_.parts().size() > 1)
            for (const grid_part& part : grid_.parts()) axes_.back().labels.push_back(part.name);
        axes_.push_back({"layer", {}});
        for (std::size_t layer = 0; layer < grid_.layers(); ++layer)
            axes_.back().labels.push_back(layer_label(grid_.parts().front().sites[layer].name(), layer));
        if (grid_.has_heads()) axes_.push_back({"head", numbered(0, grid_.parts().front().heads())});
        if (grid_.has_tokens()) axes_.push_back({"token", numbered(tokens_.begin, tokens_.size)});
        if (!grid_.recipes().empty()) axes_.push_back({"recipe", {}});
        for (const grid_recipe& recipe : grid_.recipes()) axes_.back().labels.push_back(recipe.name);
    }

    const Grid& grid() const { return grid_; }
    const std::vector<SweepAxis>& axes() const { return axes_; }
    std::vector<extent> sizes() const {
        std::vector<extent> all;
        for (const SweepAxis& axis : axes_) all.push_back(axis.size());
        return all;
    }
    /// The number of cells of one prompt.
    extent cells_a_prompt() const {
        extent count = 1;
        for (std::size_t i = 1; i < axes_.size(); ++i) count *= axes_[i].size();
        return count;
    }
    extent size() const { return axes_.front().size() * cells_a_prompt(); }

    cell at(extent index) const {
        cell c;
        c.index = index;
        c.tokens = tokens_;
        for (auto axis = axes_.rbegin(); axis != axes_.rend(); index /= axis->size(), ++axis)
            place(c, axis->name, index % axis->size());
        return c;
    }
    /// What a cell replaces of an activation [..., tokens, width]: a view. @pre this is no cell of recipes
    at::Tensor part_of(const at::Tensor& activation, const cell& c) const {
        return cut_channels(activation.narrow(-2, c.tokens.begin, c.tokens.size), grid_.parts()[c.part].of_head(c.head));
    }
    /// The activation [..., tokens, width] as the cell makes it, in storage of its own; `source` is what it takes its part
    /// from, of the same shape or one that broadcasts to it.
    at::Tensor edited(const at::Tensor& activation, const at::Tensor& source, const cell& c) const {
        if (!grid_.recipes().empty()) return by_recipe(activation, grid_.recipes()[c.recipe]);
        at::Tensor copy = activation.clone(at::MemoryFormat::Contiguous);
        part_of(copy, c).copy_(part_of(source, c));
        return copy;
    }

private:
    static std::vector<std::string> numbered(extent begin, extent count) {
        std::vector<std::string> labels;
        for (extent i = begin; i < begin + count; ++i) labels.push_back(std::to_string(i));
        return labels;
    }
    /// A recipe sees one prompt at a time, so that `batch(0)` or a mean over the batch mean the same however many run.
    static at::Tensor by_recipe(const at::Tensor& activation, const grid_recipe& recipe) {
        std::vector<at::Tensor> edited;
        for (extent prompt = 0; prompt < activation.size(0); ++prompt)
            edited.push_back(recipe.edited(activation.narrow(0, prompt, 1)));
        return at::cat(edited);
    }
    void place(cell& c, const std::string& axis, extent at) const {
        if (axis == "prompt") c.prompt = at;
        else if (axis == "component") c.part = static_cast<std::size_t>(at);
        else if (axis == "layer") c.layer = static_cast<std::size_t>(at);
        else if (axis == "head") c.head = at;
        else if (axis == "token") c.tokens = {tokens_.begin + at, 1, false};
        else c.recipe = static_cast<std::size_t>(at);
    }

    Grid grid_;
    stretch tokens_;
    std::vector<SweepAxis> axes_;
};
}  // namespace detail

}  // namespace suture
