// What a map of patching says, in words: at which token the answer is, layer by layer, and which cells matter most.
#pragma once

#include "hundredths.hpp"

#include <suture/core/component.hpp>
#include <suture/tensor/torch.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace examples {
using suture::Index;

/// Successive layers in which the same position recovers most.
struct Stretch {
    Index position = 0, first = 0, last = 0;  ///< layers
    double at_first = 0, at_last = 0;         ///< the share that is recovered there
};

/// The stretches of a map [layers, positions].
inline std::vector<Stretch> stretches_of(const at::Tensor& map) {
    std::vector<Stretch> stretches;
    for (Index layer = 0; layer < map.size(0); ++layer) {
        const Index position = map[layer].argmax().item<Index>();
        const double share = map[layer][position].item<double>();
        if (stretches.empty() || stretches.back().position != position)
            stretches.push_back({position, layer, layer, share, share});
        stretches.back().last = layer;
        stretches.back().at_last = share;
    }
    return stretches;
}

/// Where the answer is, layer by layer, in one sentence. `name_of` names a position: "token 9 (John)".
inline std::string stretches_text(const std::vector<Stretch>& stretches,
                                  const std::function<std::string(Index)>& name_of) {
    std::vector<std::string> parts;
    for (const Stretch& s : stretches) {
        const bool is_one = s.first == s.last, begins = parts.empty();
        const std::string layers =
            is_one ? fmt::format("layer {}", s.first) : fmt::format("layers {} to {}", s.first, s.last);
        const std::string first = hundredths(s.at_first), last = hundredths(s.at_last),
                          shares = first == last ? first : first + " to " + last;
        parts.push_back(fmt::format("{} {} at {}, which recovers {}{}", layers, begins ? "the answer is" : "it is",
                                    name_of(s.position), shares, begins ? " of the difference" : ""));
    }
    return fmt::format("Entering {}.", fmt::join(parts, "; entering "));
}

/// A cell of a map [rows, columns].
struct MapCell {
    Index row = 0, column = 0;
    double share = 0;
};

/// The cells whose share is at least this far from 0, the largest share first.
inline std::vector<MapCell> cells_beyond(const at::Tensor& map, double least) {
    std::vector<MapCell> found;
    const at::Tensor places = map.abs().ge(least).nonzero();
    for (Index i = 0; i < places.size(0); ++i) {
        const Index row = places[i][0].item<Index>(), column = places[i][1].item<Index>();
        found.push_back({row, column, map[row][column].item<double>()});
    }
    std::ranges::stable_sort(found, std::ranges::greater(), &MapCell::share);
    return found;
}

/// "23.3 (0.55), 29.1 (0.27)": head 3 of layer 23, both counted from 0, and what it recovers.
inline std::string head_text(Index layer, Index head, double share) {
    return fmt::format("{}.{} ({})", layer, head, hundredths(share));
}

}  // namespace examples
