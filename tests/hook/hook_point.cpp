#include <suture/edit/on.hpp>
#include <suture/hook/hook_point.hpp>
#include <suture/hook/hook_set.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <memory>
#include <string>
#include <type_traits>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<6, Q<2>, K<2>, V<2>>;

namespace {
struct Block {
    HookPoint<Qkv> output{"block"};
};
}  // namespace

TEST_CASE("without a scope a hook point passes its argument on, whatever it is") {
    const HookPoint<Qkv> point{"here"};
    const at::Tensor x = at::zeros({2, 6});
    CHECK(point(x).is_same(x));
    CHECK_FALSE(point(at::Tensor()).defined());
    CHECK(point(at::zeros({7})).size(0) == 7);
}

TEST_CASE("a point without a hook in the active set passes its argument on, whatever it is") {
    const HookPoint<Qkv> point{"here"}, elsewhere{"elsewhere"};
    HookSet hooks;
    const auto handle = hooks.add(elsewhere, on<Q>().zero()).may_be_idle();
    const auto scope = hooks.activate();
    const at::Tensor x = at::zeros({2, 6});
    CHECK(point(x).is_same(x));
    CHECK(point(at::zeros({7})).size(0) == 7);
    CHECK(handle.fired() == 0);
}

TEST_CASE("a copied hook point is another site") {
    const HookPoint<Qkv> point{"here"};
    const auto copy = point;
    HookSet hooks;
    const auto handle = hooks.add(point, on<Q>().set(5));
    const auto scope = hooks.activate();
    CHECK(copy(at::zeros({6})).sum().item<float>() == 0);
    CHECK(point(at::zeros({6})).sum().item<float>() == 10);
}

TEST_CASE("a site reference is the site itself, also when it is copied or assigned") {
    const HookPoint<Qkv> point{"here"}, other{"there"};
    const SiteRef<Qkv> found(point);
    SiteRef<Qkv> copy = site_ref(other);
    copy = found;
    CHECK(copy.id() == point.id());
    CHECK(copy.name() == "here");
    HookSet hooks;
    const auto handle = hooks.add(copy, on<Q>().set(5));
    const auto scope = hooks.activate();
    CHECK(point(at::zeros({6})).sum().item<float>() == 10);
}

TEST_CASE("an activation of another width is refused with the site and the layout") {
    const HookPoint<Qkv> point{"h.0.attn"};
    HookSet hooks;
    const auto handle = hooks.add(point, on<Q>().zero());
    const auto scope = hooks.activate();
    CHECK(message_of<ShapeError>([&] {
              (void)point(at::zeros({2, 7}));
          }) ==
          "h.0.attn: Fused<6, Q<2>, K<2>, V<2>> needs [..., 6] (Q 2 + K 2 + V 2) but the tensor is float32 [2, 7] on "
          "cpu: pass the activation that this layout describes");
    CHECK(says(message_of<TypeError>([&] { (void)point(at::Tensor()); }), "h.0.attn: ", "undefined"));
}

TEST_CASE("hookable are hook points and what points to something with an output site") {
    static_assert(Hookable<HookPoint<Qkv>>);
    static_assert(Hookable<HookPoint<AnyLayout>>);
    static_assert(Hookable<std::shared_ptr<Block>>);
    static_assert(!Hookable<Block>);
    static_assert(!Hookable<at::Tensor>);
    static_assert(!Hookable<int>);
    static_assert(!Hookable<std::string>);
    static_assert(Hookable<SiteRef<Qkv>>);
    static_assert(std::is_same_v<site_layout<HookPoint<Qkv>>, Qkv>);
    static_assert(std::is_same_v<site_layout<std::shared_ptr<Block>>, Qkv>);
    CHECK(std::is_same_v<site_layout<HookPoint<AnyLayout>>, AnyLayout>);
}
