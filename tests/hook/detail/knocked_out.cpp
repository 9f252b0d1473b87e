#include "suture/hook/detail/knocked_out.hpp"

#include <suture/edit/on.hpp>
#include <suture/hook/hook_point.hpp>
#include <suture/hook/hook_set.hpp>

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <limits>

using namespace suture;
using suture_test::message_of;

namespace {
constexpr double gone = -std::numeric_limits<double>::infinity();

/// What the site makes of causal scores of these sizes, if a callback edits a copy of them.
template <class Edit>
at::Tensor after(at::IntArrayRef sizes, at::ScalarType dtype, const Edit& edit) {
    const HookPoint<AnyLayout> scores("h.1.attn.scores");
    HookSet hooks;
    hooks.add(scores, [&](const at::Tensor& lent) {
        const at::Tensor copy = lent.clone();
        edit(copy);
        return copy;
    });
    const at::Tensor later = at::ones({sizes[sizes.size() - 2], sizes.back()}, at::kBool).triu(1);
    const auto scope = hooks.activate();
    return scores(at::zeros(sizes, dtype).masked_fill(later, gone));
}
}  // namespace

TEST_CASE("knocking out every key of a query is refused, and which one is said") {
    for (const at::ScalarType dtype : {at::kFloat, at::kDouble, at::kBFloat16, at::kHalf}) {
        CHECK(message_of<ValueError>([&] {
                  after({2, 3, 4, 4}, dtype, [](const at::Tensor& s) { s.select(-1, 0).select(-1, 0).fill_(gone); });
              }) ==
              "h.1.attn.scores: the hook leaves a query no key: all 4 scores of prompt 0, head 0, query 0 are minus "
              "infinity, so that their softmax is NaN (6 in all): leave it one, or set the pattern after the "
              "softmax to 0");
        CHECK(message_of<ValueError>([&] {
                  after({2, 3, 4, 4}, dtype, [](const at::Tensor& s) { s[1][2][3].fill_(gone); });
              }).find("scores of prompt 1, head 2, query 3 are") != std::string::npos);
    }
    CHECK(message_of<ValueError>([&] {
              after({4, 4}, at::kFloat, [](const at::Tensor& s) { s[2].fill_(gone); });
          }).find("scores of row [2] are") != std::string::npos);
}

TEST_CASE("knocking out some keys of a query is left alone, as is a row that had none before") {
    const at::Tensor some =
        after({1, 2, 4, 4}, at::kFloat, [](const at::Tensor& s) { s.select(-1, 0).narrow(-1, 1, 3).fill_(gone); });
    CHECK(some.softmax(-1).isnan().any().item<bool>() == false);
    const at::Tensor padded = at::full({1, 1, 2, 2}, gone);
    CHECK_NOTHROW(suture::detail::check_not_knocked_out(padded.clone(), padded));
    CHECK_NOTHROW(suture::detail::check_not_knocked_out(at::zeros({3}).fill_(gone), at::zeros({3})));
    CHECK_NOTHROW(suture::detail::check_not_knocked_out(at::zeros({0, 3}), at::zeros({0, 3})));
    CHECK_NOTHROW(suture::detail::check_not_knocked_out(at::ones({2, 3}, at::kLong), at::ones({2, 3}, at::kLong)));
    CHECK_NOTHROW(suture::detail::check_not_knocked_out({}, at::ones({2, 3})));
}
