// The two maps as pictures.
#pragma once

#include "finding.hpp"

#include <suture/pictures/axis.hpp>
#include <suture/pictures/heat_map.hpp>
#include <suture/pictures/scale.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <string>

namespace indirect_object {
namespace pictures = suture::pictures;

/// Layer by position: what the residual stream recovers.
inline pictures::HeatMap stream_map(const Task& task, const Finding& finding) {
    return {
        .title = "Where " + task.model + " keeps the indirect object",
        .caption = fmt::format("The clean run's residual stream, patched into the corrupted run before each layer. "
                               "Mean of {} pairs of prompts; where a name ends in …, other pairs have other tokens.",
                               task.pairs()),
        .metric = "logit difference recovered",
        .values = finding.by_position,
        .rows = pictures::numbers("layer", static_cast<std::size_t>(finding.by_position.size(0))),
        .columns = pictures::tokens(position_names(task)),
        .scale = pictures::Scale::diverging,
        .limit = 1};
}

/// Layer by head: what the heads' outputs at the last token recover.
inline pictures::HeatMap heads_map(const Task& task, const Finding& finding) {
    return {.title = "Heads that bring the answer to the last token",
            .caption = fmt::format("The clean run's output of one head at the last token, patched into the corrupted "
                                   "run. Mean of {} pairs of prompts.",
                                   task.pairs()),
            .metric = "logit difference recovered",
            .values = finding.by_head,
            .rows = pictures::numbers("layer", static_cast<std::size_t>(finding.by_head.size(0))),
            .columns = pictures::numbers("head", static_cast<std::size_t>(finding.by_head.size(1))),
            .scale = pictures::Scale::diverging};
}

}  // namespace indirect_object
