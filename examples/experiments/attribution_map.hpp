// Direct logit attribution as a heat map. Law: its cells, and so the numbers of its CSV file, sum to the attributed logit.
#pragma once

#include <suture/core/component.hpp>
#include <suture/lens/direct_logit_attribution.hpp>
#include <suture/pictures/axis.hpp>
#include <suture/pictures/heat_map.hpp>
#include <suture/pictures/scale.hpp>

#include <fmt/format.h>

#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

#include <cstddef>
#include <string>

namespace experiments {

/// What each part contributes to the logit difference, at one position. The rows are the embedding, the layers and the final
/// norm; the columns are the heads, the MLP, and one for what belongs to neither: the embedding in its row, the biases of the
/// attention in those of the layers, the bias in that of the final norm. What active hooks wrote into the stream, if anything,
/// has a row of its own. A row without heads and MLP has 0 there.
/// @param asked the logit difference: "Mary" - "John"
inline suture::pictures::HeatMap attribution_map(const suture::DirectLogitAttribution& parts,
                                                 const std::string& asked) {
    namespace pictures = suture::pictures;
    const suture::Index layers = parts.heads.size(0), heads = parts.heads.size(1);
    const bool is_edited = parts.edits.item<double>() != 0;
    const at::Tensor cells = at::zeros({layers + 2 + (is_edited ? 1 : 0), heads + 2}, at::kDouble);
    cells.narrow(0, 1, layers)
        .copy_(at::cat({parts.heads, parts.mlps.unsqueeze(-1), parts.attention_biases.unsqueeze(-1)}, -1));
    cells[0][heads + 1] = parts.embedding;
    cells[layers + 1][heads + 1] = parts.norm_bias;
    if (is_edited) cells[layers + 2][heads + 1] = parts.edits;

    pictures::Axis rows{"part of the model", {"embedding"}, false};
    for (suture::Index layer = 0; layer < layers; ++layer) rows.names.push_back("layer " + std::to_string(layer));
    rows.names.push_back("final norm");
    if (is_edited) rows.names.push_back("edits");
    pictures::Axis columns = pictures::numbers("head, MLP, or neither", static_cast<std::size_t>(heads));
    columns.names.insert(columns.names.end(), {"MLP", "neither"});
    const auto sum = [](const at::Tensor& part) { return part.sum().item<double>(); };
    return {
        .title = "Direct logit attribution",
        .caption = fmt::format(
            "Direct contributions at the last token. Heads and MLPs add up to {:.2f}, and what belongs to neither (the "
            "embedding, the biases of attention and final norm{}) to {:.2f}: {:.2f} in total, the sum of all cells.",
            sum(parts.heads) + sum(parts.mlps), is_edited ? ", and edits" : "", sum(cells.select(1, heads + 1)),
            sum(cells)),
        .metric = "contribution to " + asked + " (logits)",
        .values = cells,
        .rows = rows,
        .columns = columns,
        .scale = pictures::Scale::diverging};
}

}  // namespace experiments
