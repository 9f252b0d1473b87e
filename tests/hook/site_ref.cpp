#include "suture/hook/site_ref.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <memory>
#include <sstream>
#include <string>
#include <type_traits>

using namespace suture;
using suture_test::message_of;

using Qkv = Fused<6, Q<2>, K<2>, V<2>>;

namespace {
struct Block {
    HookPoint<Qkv> output{"block"};
};

std::size_t layer_of(const std::string& path) { return SiteRef<AnyLayout>(Site(path)).layer(); }
}  // namespace

TEST_CASE("a site reference is the site itself, also when it is copied or assigned") {
    const HookPoint<Qkv> point{"here"}, other{"there"};
    const SiteRef<Qkv> found(point);
    SiteRef<Qkv> copy = site_ref(other);
    copy = found;
    CHECK(copy.id() == point.id());
    CHECK(copy.name() == "here");
    HookSet hooks;
    hooks.add(copy, on<Q>().set(5));
    const auto scope = hooks.activate();
    CHECK(point(at::zeros({6})).sum().item<float>() == 10);
}

TEST_CASE("hook points, site references and pointers to an object with an output site are hookable") {
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

TEST_CASE("the layer of a site is the number that its path names") {
    CHECK(layer_of("h.3.attn.c_attn") == 3);
    CHECK(layer_of("transformer.h.11") == 11);
    CHECK(layer_of("0") == 0);
    CHECK(layer_of("h.7.mlp2.c_fc") == 7);
}

TEST_CASE("asking for the layer of a path without one number is an error that names the path") {
    CHECK(message_of<HookError>([] { (void)layer_of("unembed"); }) ==
          "the path 'unembed' names no layer: ask for the layer of a path with one number, such as h.3.attn");
    CHECK(message_of<HookError>([] { (void)layer_of("h.3.experts.0"); }) ==
          "the path 'h.3.experts.0' names several numbers: ask for the layer of a path with one number, such as "
          "h.3.attn");
    CHECK_THROWS_AS(layer_of("h.99999999999999999999999"), HookError);
    CHECK_THROWS_AS(layer_of(""), HookError);
}

TEST_CASE("a site reference is printed with its layout, if it has one") {
    std::ostringstream text;
    text << SiteRef<Qkv>(HookPoint<Qkv>{"here"}) << "; " << SiteRef<AnyLayout>(HookPoint<AnyLayout>{"there"});
    CHECK(text.str() == "here: Fused<6, Q<2>, K<2>, V<2>>; there");
}

TEST_CASE("site references are equal if they are the same site, whatever their names and layouts") {
    const HookPoint<Qkv> point{"here"}, other{"here"};
    const SiteRef<Qkv> found(point);
    CHECK(found == SiteRef<Qkv>(point));
    CHECK(found == SiteRef<AnyLayout>(point));
    CHECK(found == point);
    CHECK(point == found);
    CHECK(found != SiteRef<Qkv>(other));
    CHECK(found != other);
}
