#include "suture/hook/hook_point.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_set.hpp"

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <string>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<6, Q<2>, K<2>, V<2>>;

TEST_CASE("without a scope a hook point passes its argument on unchecked") {
    const HookPoint<Qkv> point{"here"};
    const at::Tensor x = at::zeros({2, 6});
    CHECK(point(x).is_same(x));
    CHECK_FALSE(point(at::Tensor()).defined());
    CHECK(point(at::zeros({7})).size(0) == 7);
}

TEST_CASE("a point without a hook in the active set passes its argument on, whatever it is") {
    const HookPoint<Qkv> point{"here"}, elsewhere{"elsewhere"};
    HookSet hooks;
    const auto key = hooks.add(elsewhere, on<Q>().zero()).may_be_idle();
    const auto scope = hooks.activate();
    const at::Tensor x = at::zeros({2, 6});
    CHECK(point(x).is_same(x));
    CHECK(point(at::zeros({7})).size(0) == 7);
    CHECK(key.fired() == 0);
}

TEST_CASE("a copied hook point is another site") {
    const HookPoint<Qkv> point{"here"};
    const auto copy = point;
    HookSet hooks;
    hooks.add(point, on<Q>().set(5));
    const auto scope = hooks.activate();
    CHECK(copy(at::zeros({6})).sum().item<float>() == 0);
    CHECK(point(at::zeros({6})).sum().item<float>() == 10);
}

TEST_CASE("an activation of another width is refused with the site and the layout") {
    const HookPoint<Qkv> point{"h.0.attn"};
    HookSet hooks;
    hooks.add(point, on<Q>().zero());
    const auto scope = hooks.activate();
    CHECK(message_of<ShapeError>([&] {
              (void)point(at::zeros({2, 7}));
          }) ==
          "h.0.attn: Fused<6, Q<2>, K<2>, V<2>> needs [..., 6] (Q 2 + K 2 + V 2) but the tensor is float32 [2, 7] on "
          "cpu: pass the activation that this layout describes");
    CHECK(says(message_of<TypeError>([&] { (void)point(at::Tensor()); }), "h.0.attn: ", "undefined"));
}
