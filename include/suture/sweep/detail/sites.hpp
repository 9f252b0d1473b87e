// The sites of a sweep's grid, and the shape that activations have there.
#pragma once

#include "suture/sweep/grid.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"

#include <array>
#include <cstddef>
#include <vector>

namespace suture::detail {

/// The sites of a grid, each once, and where the grid's parts pass.
class SweepSites {
public:
    explicit SweepSites(const Grid& grid) {
        for (const GridPart& part : grid.parts()) {
            places_.emplace_back();
            for (const SiteRef<AnyLayout>& site : part.sites) places_.back().push_back(place_of(site, part.width));
        }
    }
    const std::vector<SiteRef<AnyLayout>>& sites() const { return sites_; }
    std::size_t size() const { return sites_.size(); }
    /// The width of the activations at a site.
    Index width(std::size_t site) const { return widths_[site]; }
    /// The site of a part at a layer.
    std::size_t of(std::size_t part, std::size_t layer) const { return places_[part][layer]; }

private:
    std::size_t place_of(const SiteRef<AnyLayout>& site, Index width) {
        for (std::size_t i = 0; i < sites_.size(); ++i)
            if (sites_[i].id() == site.id()) return i;
        sites_.push_back(site);
        widths_.push_back(width);
        return sites_.size() - 1;
    }
    std::vector<SiteRef<AnyLayout>> sites_;
    std::vector<Index> widths_;
    std::vector<std::vector<std::size_t>> places_;
};

/// The activation as [prompts, positions, width], given so, as [prompts * positions, width] or with a batch of 1 before
/// that.
/// @param ids the shape of the token ids
/// @throws ShapeError if it has any other shape
inline at::Tensor by_prompt(const at::Tensor& activation, at::IntArrayRef ids, Index width) {
    const std::array<Index, 3> sizes{ids[0], ids[1], width};
    const std::array<Index, 3> one_run{1, ids[0] * ids[1], width};
    const bool flat =
        activation.sizes() == at::IntArrayRef(one_run).slice(1) || activation.sizes() == at::IntArrayRef(one_run);
    if (!flat && activation.sizes() != at::IntArrayRef(sizes))
        throw ShapeError("a sweep patches activations of shape " + shape_text(sizes) +
                         ", [prompts, positions, channels], but this one is " + shape_text(activation.sizes()) +
                         ": give sites where each position has its own channels");
    return activation.reshape(sizes);
}

}  // namespace suture::detail
