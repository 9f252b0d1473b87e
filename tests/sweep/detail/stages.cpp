// Stages: they do not change their input, and compute only the requested logits where that is possible.
#include "suture/sweep/detail/stages.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>

namespace {
using namespace suture;
using suture::detail::logits_of;
using suture::detail::run_block;
using suture::detail::run_stage;
using suture_test::message_of;
using suture_test::says;

/// Logits are x times 0, 1, 2, ...
struct Whole4 {
    at::Tensor unembed(const at::Tensor& x) { return x.mul(at::arange(4)); }
};
struct Some : Whole4 {
    using Whole4::unembed;
    Index asked = 0;
    at::Tensor unembed(const at::Tensor& x, const at::Tensor& ids) {
        asked = ids.numel();
        return x.mul(ids);
    }
};
}  // namespace

TEST_CASE("a stage passes its result on, and errors name a block by its number") {
    const at::Tensor x = at::ones({3});
    CHECK(run_stage("the embedding", x, [](const at::Tensor& in) { return in.add(1); }).equal(x.add(1)));
    CHECK(run_block(2, x, [](const at::Tensor& in) { return in.mul(3); }).equal(x.mul(3)));
    const auto writing = [](const at::Tensor& in) { return in.add_(1); };
    CHECK(says(message_of<OwnershipError>([&] { (void)run_block(7, x, writing); }),
               "block 7 wrote to the tensor it was lent"));
}

TEST_CASE("in inference mode a stage gets a copy, so writing it spoils nothing") {
    const c10::InferenceMode inference;
    const at::Tensor x = at::ones({3});
    CHECK(run_stage("the embedding", x, [](const at::Tensor& in) { return in.add_(1); }).equal(at::ones({3}).add(1)));
    CHECK(x.equal(at::ones({3})));
}

TEST_CASE("only the named ids' logits are computed if the model can do that, otherwise all of them") {
    const at::Tensor x = at::ones({2, 1}), ids = at::tensor({3, 1});
    Some some;
    CHECK(logits_of(some, x, ids).equal(x.mul(ids)));
    CHECK(some.asked == 2);
    CHECK(logits_of(some, x, {}).equal(x.mul(at::arange(4))));
    Whole4 whole;
    CHECK(logits_of(whole, x, ids).equal(x.mul(at::arange(4))));
}
