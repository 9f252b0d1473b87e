#include <suture/tensor/detail/write_watch.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

using namespace suture;
using namespace suture::detail;
using suture_test::message_of;

// What a callback can do to a tensor that it was lent.
static std::string after(void (*callback)(const at::Tensor&)) {
    const at::Tensor lent = at::zeros({2, 6});
    const WriteWatch watch(lent);
    callback(lent);
    return message_of<OwnershipError>([&] { watch.check("the callback"); });
}

static const std::string caught =
    "the callback wrote to the tensor it was lent: return a new value, or clone() it and edit the clone";

TEST_CASE("reading a lent tensor is allowed") {
    CHECK(after([](const at::Tensor&) {}) == "nothing was thrown");
    CHECK(after([](const at::Tensor& t) { (void)t.sum().item<float>(); }) == "nothing was thrown");
    CHECK(after([](const at::Tensor& t) { (void)t.narrow(-1, 0, 2).clone().fill_(1); }) == "nothing was thrown");
}

TEST_CASE("a write to a lent tensor is detected, however it is made") {
    CHECK(after([](const at::Tensor& t) { t.mul_(2); }) == caught);
    CHECK(after([](const at::Tensor& t) { t.select(0, 1).fill_(1); }) == caught);
    CHECK(after([](const at::Tensor& t) { t.split(2, -1)[1].fill_(1); }) == caught);
    CHECK(after([](const at::Tensor& t) { t.detach().add_(1); }) == caught);
    CHECK(after([](const at::Tensor& t) { t.view({-1}).zero_(); }) == caught);
    CHECK(after([](const at::Tensor& t) { t.t_(); }) == caught);
    CHECK(after([](const at::Tensor& t) {
              const at::NoGradGuard no_grad;
              t.add_(1);
          }) == caught);
}

TEST_CASE("a change of a lent tensor's size, storage or gradients is detected") {
    CHECK(after([](const at::Tensor& t) { t.resize_({3, 6}); }) == caught);
    CHECK(after([](const at::Tensor& t) { t.set_data(at::ones({2, 6})); }) == caught);
    CHECK(after([](const at::Tensor& t) { t.requires_grad_(); }) == caught);
    const at::Tensor result = at::ones({2}).requires_grad_().mul(2);
    const WriteWatch watch(result);
    result.detach_();
    CHECK_THROWS_AS(watch.check("the callback"), OwnershipError);
}

TEST_CASE("a write to a sibling of a lent view is detected") {
    const at::Tensor base = at::zeros({2, 6});
    const at::Tensor lent = base.narrow(-1, 0, 2);
    const WriteWatch watch(lent);
    base.narrow(-1, 2, 2).fill_(1);
    CHECK_THROWS_AS(watch.check("the callback"), OwnershipError);
}

TEST_CASE("an undefined tensor can be lent") {
    const at::Tensor undefined;
    const WriteWatch watch(undefined);
    CHECK_NOTHROW(watch.check("the callback"));
}

TEST_CASE("an inference tensor can be lent, although writes to it are not detected") {
    const c10::InferenceMode inference;
    const at::Tensor lent = at::zeros({2});
    const WriteWatch watch(lent);
    lent.fill_(1);
    CHECK_NOTHROW(watch.check("the callback"));
}
