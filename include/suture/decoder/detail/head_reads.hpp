// What the heads of an attention read where hooks gave some of them something else than the residual stream.
#pragma once

#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace suture::detail {

/// The normalised inputs of queries, keys and values, [..., heads, width], and where they differ from the stream's,
/// [..., heads, 1]. Undefined where nothing was changed.
struct HeadReads {
    struct Part {
        at::Tensor normalized, changed;
    };
    std::array<Part, 3> parts;
    std::string site{};  ///< for messages

    bool is_empty() const {
        return std::none_of(parts.begin(), parts.end(), [](const Part& part) { return part.normalized.defined(); });
    }
    /// Whether one of them would hide what hooks did with `plain`, which all heads read otherwise: an edit at the same
    /// position, or in a graph, which has one of the two paths only, anything. @param used what they left of it
    bool hides(const at::Tensor& plain, const at::Tensor& used) const {
        const at::Tensor both_lost = used.isnan().logical_and(plain.isnan());
        const at::Tensor edited = used.ne(plain).logical_and(both_lost.logical_not()).any(-1);
        return std::any_of(parts.begin(), parts.end(), [&](const Part& part) {
            return part.normalized.defined() &&
                   (part.normalized.requires_grad() ||
                    part.changed.flatten(-2).any(-1).logical_and(edited).any().template item<bool>());
        });
    }
};

[[noreturn]] inline void refuse_two_norms(const std::string& heads, const std::string& all) {
    throw HookError(heads + ": hooks change what heads read, or wait for its gradient, and so do hooks at " + all +
                    ", which is for the norm of the whole stream, while these heads have norms of their own: hook one "
                    "of them");
}

}  // namespace suture::detail
