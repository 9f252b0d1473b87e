// The logit lens over any norm and unembedding.
#include "suture/lens/logit_lens.hpp"

#include "suture/hook/hook_set.hpp"
#include "suture/hook/hooked.hpp"
#include "suture/tensor/view.hpp"

#include "doctest.hpp"

#include <ATen/ATen.h>
#include <torch/nn/modules/linear.h>

#include <memory>

using namespace suture;

TEST_CASE("the lens is the norm and then the unembedding, given as modules, pointers or functions") {
    Hooked<torch::nn::Linear> norm(4, 4);
    torch::nn::Linear unembedding(4, 9);
    const at::Tensor residual = at::randn({2, 3, 4}), expected = unembedding(norm(residual));
    CHECK(logit_lens(residual, norm, unembedding).equal(expected));
    CHECK(logit_lens(residual, norm.ptr(), *unembedding).equal(expected));
    CHECK(logit_lens(
              residual, [&](const at::Tensor& x) { return norm(x); },
              [&](const at::Tensor& x) { return x.matmul(unembedding->weight.t()) + unembedding->bias; })
              .allclose(expected));
    const View<Resid<4>> view = borrow<Resid<4>>(residual);
    CHECK(logit_lens(view, norm, unembedding).equal(expected));
    CHECK(logit_lens(view.clone(), norm, unembedding).equal(expected));
}

TEST_CASE("hooks do not see the lens") {
    Hooked<torch::nn::Linear> norm(4, 4), unembedding(4, 9);
    const at::Tensor residual = at::randn({2, 4}), expected = logit_lens(residual, norm, unembedding);
    int calls = 0;
    HookSet hooks;
    hooks.add(norm, [&](const at::Tensor& t) { return ++calls, t.mul(2); });
    const auto scope = hooks.activate();
    CHECK(logit_lens(residual, norm, unembedding).equal(expected));
    CHECK(calls == 0);
    (void)norm(residual);  // and are active again afterwards
    CHECK(calls == 1);
}

TEST_CASE("gradients flow through the lens") {
    torch::nn::Linear norm(4, 4), unembedding(4, 9);
    const at::Tensor residual = at::randn({2, 4}).requires_grad_(true);
    logit_lens(residual, norm, unembedding).sum().backward();
    CHECK(residual.grad().abs().sum().item<double>() > 0);
}
