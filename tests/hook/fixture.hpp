// A typed and an untyped site, and a set of hooks: what most tests of hooks begin with.
#pragma once

#include <suture/edit/on.hpp>
#include <suture/hook/hook_set.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <string>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<6, Q<2>, K<2>, V<2>>;
using Other = Fused<6, Gate<4>, Up<2>>;
using Silence = decltype(on<Q>().zero());
using Typed = HookPoint<Qkv>;
using Untyped = HookPoint<AnyLayout>;

namespace {

const at::Tensor x = at::arange(12, at::kFloat).reshape({2, 6});

struct fixture {
    HookPoint<Qkv> site{"h.0"};
    HookPoint<AnyLayout> any{"h.any"};
    HookSet hooks;

    template <class Callback>
    at::Tensor pass(Callback callback) {
        HookSet alone;
        alone.add(site, callback);
        const auto scope = alone.activate();
        return site(x);
    }
    template <class Kind, class Callback>
    std::string refusal(Callback callback) {
        return message_of<Kind>([&] { (void)pass(callback); });
    }
};

template <class S, class H>
concept can_add = requires(HookSet& hooks, const S& site, H hook) {
    hooks.add(site, hook);
};

}  // namespace
