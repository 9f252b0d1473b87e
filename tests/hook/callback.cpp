#include "suture/hook/callback.hpp"

#include "hook/fixture.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

TEST_CASE_FIXTURE(fixture, "a callback that returns nothing keeps the tensor itself") {
    float seen = 0;
    CHECK(pass([&](const View<Qkv>& v) { seen = v.sum().item<float>(); }).is_same(x));
    CHECK(seen == 66);
}

TEST_CASE_FIXTURE(fixture, "a callback is given the site if it asks for it") {
    std::string name;
    (void)pass([&](const View<Qkv>&, const Site& at) { name = at.name(); });
    CHECK(name == "h.0");
}

TEST_CASE_FIXTURE(fixture, "a callback may replace by an Owned, a tensor or an optional of these") {
    const at::Tensor doubled = x * 2;
    CHECK(pass([](const View<Qkv>& v) { return v * 2; }).equal(doubled));
    CHECK(pass([](const View<Qkv>& v) { return v.read([](const at::Tensor& t) { return t * 2; }); }).equal(doubled));
    CHECK(pass([](const View<Qkv>& v) { return std::optional(v * 2); }).equal(doubled));
    CHECK(pass([&](const View<Qkv>&) { return std::optional<at::Tensor>(doubled); }).equal(doubled));
    CHECK(pass([](const View<Qkv>&) { return std::optional<Owned<Qkv>>(); }).is_same(x));
    CHECK(pass([](const View<Qkv>&) { return std::optional<at::Tensor>(); }).is_same(x));
    CHECK(pass([](const View<Qkv>& v) { return v | on<Q>().zero(); }).sum().item<float>() == 52);
}

TEST_CASE_FIXTURE(fixture, "a callback may return a reference to its argument") {
    CHECK(pass([](const View<Qkv>& v) { return v.unsafe_tensor(); }).equal(x));
    hooks.add(any, [](const at::Tensor& t) -> const at::Tensor& { return t; });
    const auto scope = hooks.activate();
    CHECK(any(x).equal(x));
}

TEST_CASE_FIXTURE(fixture, "a callback that returns an undefined tensor is refused, as is an optional that holds one") {
    const std::string sentence =
        "h.0: the hook returned an undefined tensor: return a value, or an empty std::optional<at::Tensor> to keep the "
        "activation";
    CHECK(refusal<TypeError>([](const View<Qkv>&) { return at::Tensor(); }) == sentence);
    CHECK(refusal<TypeError>([](const View<Qkv>&) { return std::optional(at::Tensor()); }) == sentence);
}

TEST_CASE_FIXTURE(fixture, "a tensor that somebody else holds is not written by the model that it is given to") {
    const at::Tensor clean = at::full({2, 6}, 3.0f), before = clean.clone();
    const auto then_in_place = [&](auto callback) { return pass(callback).relu_().mul_(2); };
    CHECK(then_in_place([&](const View<Qkv>&) { return clean; }).equal(before * 2));
    CHECK(clean.equal(before));
    CHECK(then_in_place([&](const View<Qkv>&) { return clean.view({2, 6}); }).equal(before * 2));
    CHECK(clean.equal(before));
    CHECK(then_in_place([&](const View<Qkv>&) { return std::optional(clean.detach()); }).equal(before * 2));
    CHECK(clean.equal(before));
    CHECK(then_in_place([](const View<Qkv>& v) { return v.unsafe_tensor(); }).equal(x * 2));
    CHECK(x.equal(at::arange(12, at::kFloat).reshape({2, 6})));
    hooks.add(any, [&](const at::Tensor&) { return clean; });
    const auto scope = hooks.activate();
    CHECK(any(x).mul_(2).equal(before * 2));
    CHECK(clean.equal(before));
}

TEST_CASE_FIXTURE(fixture, "a View that a callback keeps of the Owned that it returns is not written by the model") {
    std::optional<View<Qkv>> kept;
    const auto stays = [&](auto callback) {
        (void)pass(callback).zero_();
        return kept->clone().equal(borrow<Qkv>(x * 2).clone());
    };
    CHECK(stays([&](const View<Qkv>& v) {
        Owned<Qkv> doubled = v * 2;
        kept = doubled.view();
        return doubled;
    }));
    CHECK(stays([&](const View<Qkv>& v) {
        Owned<Qkv> doubled = v * 2;
        kept = doubled.view();
        return std::optional(std::move(doubled));
    }));
    at::Tensor w = x.clone().requires_grad_();
    hooks.add_backward(site, [&](const View<Qkv>& gradient) {
        Owned<Qkv> doubled = gradient * 2;
        kept = doubled.view();
        return doubled;
    });
    hooks.add_backward(site, [](const View<Qkv>& gradient) { CHECK(gradient.sum().item<float>() == 24); });
    const auto scope = hooks.activate();
    site(w).sum().backward();
    w.mutable_grad().zero_();
    CHECK(kept->sum().item<float>() == 24);
}

TEST_CASE_FIXTURE(fixture, "an Owned of which nothing is kept is passed on without a copy") {
    const void* given = nullptr;
    const at::Tensor out = pass([&](const View<Qkv>& v) {
        Owned<Qkv> doubled = v * 2;
        given = doubled.unsafe_tensor().data_ptr();
        return doubled;
    });
    CHECK(out.data_ptr() == given);
}

TEST_CASE_FIXTURE(fixture, "the model may write into a replacement, whatever memory the callback returned") {
    std::vector<float> buffer(12, -1.0f);
    CHECK(pass([&](const View<Qkv>&) {
              return at::from_blob(buffer.data(), {2, 6});
          })
              .relu_()
              .equal(at::zeros({2, 6})));
    CHECK(buffer == std::vector<float>(12, -1.0f));
    CHECK_NOTHROW(pass([](const View<Qkv>&) { return at::ones({1, 1}).expand({2, 6}); }).add_(1));
    {
        const at::NoGradGuard no_grad;
        CHECK_NOTHROW(pass([](const View<Qkv>&) { return at::ones({1, 1}).expand({2, 6}); }).add_(1));
    }
    CHECK_NOTHROW(pass([](const View<Qkv>&) { return at::ones({2, 6}).requires_grad_(); }).add_(1));
    const at::Tensor weight = at::ones({6}).requires_grad_();
    const at::Tensor out = pass([](const View<Qkv>& v) {
        const c10::InferenceMode inference;
        return at::Tensor(v.clone());
    });
    CHECK_FALSE(out.is_inference());
    CHECK_NOTHROW((out * weight).sum().backward());
}

TEST_CASE_FIXTURE(fixture, "a tensor that nobody else holds is passed on without a copy") {
    const void* given = nullptr;
    const at::Tensor out = pass([&](const View<Qkv>& v) {
        at::Tensor doubled = v.read([](const at::Tensor& t) { return t * 2; });
        given = doubled.data_ptr();
        return doubled;
    });
    CHECK(out.data_ptr() == given);
}

TEST_CASE_FIXTURE(fixture, "a callback that writes into its argument throws and names the site") {
    const std::string sentence =
        "h.0: the hook wrote to the tensor it was lent: return a new value, or clone() it and edit the clone";
    const auto on_copy = [&](auto callback) {
        HookSet alone;
        alone.add(site, callback);
        const auto scope = alone.activate();
        return message_of<OwnershipError>([&] { (void)site(x.clone()); });
    };
    CHECK(on_copy([](const View<Qkv>& v) { v.unsafe_tensor().add_(1); }) == sentence);
    CHECK(on_copy([](const View<Qkv>& v) { v.unsafe_tensor().detach().zero_(); }) == sentence);
    CHECK(on_copy([](const View<Qkv>& v) { return v.unsafe_tensor().mul_(2); }) == sentence);
    CHECK(on_copy([](const View<Qkv>& v) { v[on<K>()].unsafe_tensor().fill_(2); }) == sentence);
}

TEST_CASE_FIXTURE(fixture, "a callback at an untyped site that writes throws and names the site") {
    hooks.add(any, [](const at::Tensor& t) { t.mul_(2); });
    const auto scope = hooks.activate();
    CHECK(says(message_of<OwnershipError>([&] { (void)any(x.clone()); }), "h.any: the hook wrote"));
}

TEST_CASE_FIXTURE(fixture, "a replacement of another shape, dtype, device or kind is refused") {
    CHECK(refusal<ShapeError>([](const View<Qkv>&) {
              return at::ones({3, 6});
          }) ==
          "h.0: the hook returned shape [3, 6] for an activation of shape [2, 6]: return the same shape, or nothing to "
          "keep it");
    CHECK(says(refusal<ShapeError>([](const View<Qkv>& v) { return v.sum(); }), "[]", "[2, 6]"));
    CHECK(says(refusal<TypeError>([](const View<Qkv>&) {
                   return at::ones({2, 6}, at::kDouble);
               }),
               "h.0: the hook returned float64 [2, 6] on cpu", "float32 [2, 6] on cpu"));
    CHECK(says(refusal<TypeError>([](const View<Qkv>&) { return at::ones({2, 6}, at::kMeta); }), "on meta"));
    CHECK(says(refusal<TypeError>([](const View<Qkv>&) { return x.to_sparse(); }), "h.0: "));
}

TEST_CASE_FIXTURE(fixture, "a replacement at a site that passed no tensor is refused by suture") {
    hooks.add(any, [](const at::Tensor&) { return at::ones({1}); });
    const auto scope = hooks.activate();
    CHECK(says(message_of<TypeError>([&] { (void)any(at::Tensor()); }), "h.any: ", "undefined"));
}

TEST_CASE_FIXTURE(fixture, "if a callback writes and throws, the error is about the write") {
    CHECK(says(refusal<OwnershipError>([](const View<Qkv>& v) {
                   const at::Tensor before = v.unsafe_tensor().clone();
                   v.unsafe_tensor().add_(1);
                   v.unsafe_tensor().set_data(before);
                   throw std::runtime_error("mine");
               }),
               "h.0: the hook wrote"));
}

TEST_CASE("a callback that returns what can't replace the activation is refused by requires") {
    CHECK(can_add<Typed, Owned<Qkv> (*)(const View<Qkv>&)>);
    CHECK_FALSE(can_add<Typed, Owned<Other> (*)(const View<Qkv>&)>);
    CHECK_FALSE(can_add<Typed, int (*)(const View<Qkv>&)>);
    CHECK_FALSE(can_add<Typed, View<Qkv> (*)(const View<Qkv>&)>);
}
