#include "suture/tensor/detail/loan.hpp"

#include "suture/tensor/view.hpp"

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <functional>
#include <optional>
#include <string>

using namespace suture;
using namespace suture::detail;
using suture_test::message_of;

namespace {
const std::string kept = "the callback kept what it was lent, which the model may write later: keep a clone()";
const std::string wrote =
    "the callback wrote to the tensor it was lent: return a new value, or clone() it and edit the clone";

/// What is noticed after a callback was lent a tensor.
std::string after(const at::Tensor& source, const std::function<void(const at::Tensor&)>& callback) {
    const LentTensor lent(source);
    return message_of<OwnershipError>([&] {
        callback(lent.tensor());
        lent.check_unwritten("the callback");
        lent.check_unkept("the callback");
    });
}
}  // namespace

TEST_CASE("without gradients, a handle that outlives the call is noticed, whichever way it was made") {
    const at::NoGradGuard no_grad;
    const at::Tensor x = at::zeros({2, 6});
    at::Tensor keep;
    CHECK(after(x, [&](const at::Tensor& t) { keep = t; }) == kept);
    CHECK(after(x, [&](const at::Tensor& t) { keep = t.detach(); }) == kept);
    CHECK(after(x, [&](const at::Tensor& t) { keep = t.data(); }) == kept);
    CHECK(after(x, [&](const at::Tensor& t) { keep = t.select(0, 1); }) == kept);
    CHECK(after(x, [&](const at::Tensor& t) { keep = t.view({-1}).narrow(0, 2, 3); }) == kept);
    CHECK(after(x, [&](const at::Tensor& t) { keep = t.clone(); }) == "nothing was thrown");
    CHECK(after(x, [&](const at::Tensor& t) { keep = t.mul(2); }) == "nothing was thrown");
    CHECK(after(x, [](const at::Tensor& t) { (void)t.view({-1}).sum().item<float>(); }) == "nothing was thrown");
}

TEST_CASE("a write is noticed in inference mode too, and in either mode of gradients") {
    const auto write = [](const at::Tensor& t) { t.select(0, 1).fill_(1); };
    CHECK(after(at::zeros({2, 6}), write) == wrote);
    {
        const at::NoGradGuard no_grad;
        CHECK(after(at::zeros({2, 6}), write) == wrote);
    }
    const c10::InferenceMode inference;
    CHECK(after(at::zeros({2, 6}), write) == wrote);
    CHECK(after(at::zeros({2, 6}), [](const at::Tensor& t) { t.mul_(2); }) == wrote);
}

TEST_CASE("a change of shape or size reaches the lent handle only") {
    const at::Tensor x = at::zeros({2, 6});
    CHECK(after(x, [](const at::Tensor& t) { t.transpose_(0, 1); }) == wrote);
    CHECK(x.sizes() == at::IntArrayRef({2, 6}));
    const at::NoGradGuard no_grad;
    CHECK(after(x, [](const at::Tensor& t) { t.resize_({100, 6}); }) != "nothing was thrown");
    CHECK(x.sizes() == at::IntArrayRef({2, 6}));
}

TEST_CASE("with gradients, a graph may keep what was lent, and gradients flow through it") {
    const at::Tensor weight = at::ones({6}).requires_grad_();
    const at::Tensor x = at::arange(6, at::kFloat), followed = x.clone().requires_grad_();
    at::Tensor loss;
    CHECK(after(x, [&](const at::Tensor& t) { loss = t.mul(weight).sum(); }) == "nothing was thrown");
    loss.backward();
    CHECK(weight.grad().equal(x));
    CHECK(after(followed.mul(2), [&](const at::Tensor& t) { loss = t.sum(); }) == "nothing was thrown");
    loss.backward();
    CHECK(followed.grad().equal(at::full({6}, 2.0f)));
}

TEST_CASE("what is lent has the values, strides and dtype of the source, in every mode") {
    const at::Tensor base = at::randn({3, 4, 5}, at::kDouble);
    for (const at::Tensor& x :
         {base, base.transpose(0, 2), base.select(1, 2), base.narrow(-1, 1, 2), base.expand({2, 3, 4, 5})}) {
        const at::NoGradGuard no_grad;
        const LentTensor lent(x);
        CHECK(lent.tensor().equal(x));
        CHECK(lent.tensor().strides() == x.strides());
        CHECK(lent.tensor().data_ptr() == x.data_ptr());
    }
    CHECK(after(at::Tensor(), [](const at::Tensor&) {}) == "nothing was thrown");
    CHECK(after(at::zeros({2, 0}), [](const at::Tensor& t) { (void)t.sum(); }) == "nothing was thrown");
    CHECK(after(at::eye(3).to_sparse(), [](const at::Tensor& t) { (void)t.to_dense(); }) == "nothing was thrown");
}

TEST_CASE("the memory lives as long as a handle that was kept") {
    const at::NoGradGuard no_grad;
    at::Tensor keep;
    CHECK(after(at::full({1000}, 7.0f), [&](const at::Tensor& t) { keep = t; }) == kept);
    CHECK(keep.equal(at::full({1000}, 7.0f)));
}

TEST_CASE("a loan counts the Views and pieces that are made of a View") {
    const at::Tensor x = at::zeros({2, 6});
    const Loan loan = Loan::make();
    using Qk = Fused<6, Q<2>, K<4>>;
    std::optional<View<Q<2>>> part;
    {
        const auto view = Access::make<View<Qk>>(at::Tensor(x), Extents<Qk>(), nullptr, loan);
        CHECK(!loan.is_alone());
        part.emplace(std::get<0>(split(view)));
    }
    CHECK(!loan.is_alone());
    part.reset();
    CHECK(loan.is_alone());
}

TEST_CASE("a conjugated activation is lent as a copy, which may be written and kept") {
    const at::NoGradGuard no_grad;
    const at::Tensor source = at::randn({2, 6}, at::kComplexFloat), before = source.clone();
    at::Tensor keep;
    CHECK(after(source.conj(), [&](const at::Tensor& t) { keep = t.detach(); }) == "nothing was thrown");
    CHECK(keep.equal(source.conj()));
    (void)after(source.conj(), [](const at::Tensor& t) { t.zero_(); });
    CHECK(source.equal(before));
}
