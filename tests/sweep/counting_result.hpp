// Results of sweeps whose numbers count their cells, for tests of tables and maps.
#pragma once

#include "suture/sweep/result.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>

#include <cstddef>
#include <vector>

namespace suture_test {

/// A result of two prompts with these axes after that of the prompts.
inline suture::SweepResult result_of(const std::vector<suture::SweepAxis>& axes) {
    suture::SweepResult result;
    result.axes = {{"prompt", {"0", "1"}}};
    result.axes.insert(result.axes.end(), axes.begin(), axes.end());
    return result;
}
/// 0, 1, 2, ... in the axes of the result, for each prompt; those of the second are higher by two.
inline at::Tensor counting(const suture::SweepResult& result) {
    std::vector<suture::Index> sizes;
    suture::Index cells = 1;
    for (const suture::SweepAxis& axis : result.axes) sizes.push_back(axis.size());
    for (std::size_t i = 1; i < sizes.size(); ++i) cells *= sizes[i];
    return at::cat({at::arange(cells), at::arange(cells).add(2)}).to(at::kDouble).view(sizes);
}

}  // namespace suture_test
