#include <suture/tensor/owned.hpp>

#include <suture/edit/apply.hpp>
#include <suture/edit/on.hpp>
#include <suture/tensor/cat.hpp>
#include <suture/tensor/view.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <concepts>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<6, Q<2>, K<2>, V<2>>;
using ByHead = Grouped<3, Q<2>, K<1>, V<1>>;
using FourHeads = Q<8, 4>;

namespace {

Owned<Qkv> counting() { return borrow<Qkv>(at::arange(18, at::kFloat).reshape({3, 6})).clone(); }

std::string adopting(at::Tensor&& t) {
    return message_of<OwnershipError>([&] { (void)adopt<Qkv>(std::move(t)); });
}
const std::string accepted = "nothing was thrown";

template <class T, class Place>
concept can_be_at = requires(T owned, Place place) {
    static_cast<T>(owned)[place];
};
template <class T, class Place>
concept can_be_written_at = requires(T owned, Place place) {
    static_cast<T>(owned)[place] = 0;
};
template <class T>
concept can_add_to = requires(T owned) {
    owned += 1;
};
template <class T>
concept can_fill = requires(T owned) {
    owned.fill_(0);
};
template <class T>
concept can_take_lvalue = requires(T& owned) {
    owned.take();
};
template <class T>
concept can_adopt = requires(T tensor) {
    adopt<Qkv>(static_cast<T>(tensor));
};

}  // namespace

TEST_CASE("a fresh tensor is adopted without a copy") {
    at::Tensor t = at::zeros({2, 6});
    const void* storage = t.data_ptr();
    auto owned = adopt<Qkv>(std::move(t));
    CHECK(owned.unsafe_tensor().data_ptr() == storage);
    owned[on<Qkv>()] = 1;
    CHECK(std::move(owned).take().data_ptr() == storage);
}

TEST_CASE("adopting refuses a tensor that is reachable from elsewhere") {
    at::Tensor t = at::zeros({2, 6});
    const at::Tensor second = t;
    CHECK(adopting(std::move(t)) ==
          "adopt needs a tensor that nobody else holds, but another handle holds this one: use "
          "borrow<Layout>(tensor).clone()");
    at::Tensor whole = at::zeros({2, 12});
    CHECK(says(adopting(whole.narrow(-1, 0, 6)), "view of another"));
    CHECK(says(adopting(whole.narrow(0, 0, 1).view({2, 6})), "view of another"));
    CHECK(says(adopting(at::zeros({1, 6}).expand({2, 6})), "view of another"));
    at::Tensor original = at::zeros({2, 6});
    CHECK(adopting(original.detach()) != accepted);
    CHECK(adopting(original.variable_data()) != accepted);
}

TEST_CASE("adopting refuses a tensor that a weak handle can revive") {
    at::Tensor t = at::zeros({2, 6});
    const c10::weak_intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl> weak(t.getIntrusivePtr());
    CHECK(says(adopting(std::move(t)), "another handle holds this one"));
}

TEST_CASE("adopting refuses memory borrowed by from_blob") {
    float memory[12] = {};
    CHECK(says(adopting(at::from_blob(memory, {2, 6})), "from_blob"));
    CHECK(says(adopting(at::from_blob(memory, {2, 6}, [](void*) {})), "from_blob"));
}

TEST_CASE("adopting refuses a tensor that autograd has saved or collects gradients in") {
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    CHECK(adopting(leaf.exp()) != accepted);
    CHECK(adopting(leaf.relu()) != accepted);
    at::Tensor another_leaf = at::ones({2, 6});
    another_leaf.requires_grad_();
    CHECK(says(adopting(std::move(another_leaf)), "leaf that collects gradients"));
    at::Tensor squared_later = leaf.mul(2);
    const at::Tensor square = squared_later.pow(2);
    CHECK(says(adopting(std::move(squared_later)), "another handle"));
}

TEST_CASE("adopting accepts a result that autograd has not saved, and gradients still flow") {
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    auto owned = adopt<Qkv>(leaf.mul(2));
    owned[on<Qkv>(token(0))] = 0;
    std::move(owned).take().sum().backward();
    CHECK(leaf.grad()[0].equal(at::zeros({6})));
    CHECK(leaf.grad()[1].equal(at::full({6}, 2.0f)));
}

TEST_CASE("adopting refuses an inference tensor outside inference mode and accepts it inside") {
    std::optional<at::Tensor> made;
    {
        const c10::InferenceMode inference;
        made = at::zeros({2, 6});
        CHECK(adopting(at::zeros({2, 6})) == accepted);
        const at::Tensor base = at::zeros({2, 12});
        CHECK(adopting(base.narrow(-1, 0, 6)) != accepted);
    }
    CHECK(says(adopting(std::move(*made)), "inference mode"));
}

TEST_CASE("adopting refuses gaps between the rows") {
    CHECK(says(adopting(at::empty_strided({2, 6}, {8, 1})), "not contiguous"));
}

TEST_CASE("adopting checks the layout like borrow") {
    CHECK_THROWS_AS((void)adopt<Qkv>(at::zeros({2, 7})), ShapeError);
    CHECK_THROWS_AS((void)adopt<Qkv>(at::Tensor()), TypeError);
    CHECK_THROWS_AS((void)adopt<Qkv>(at::zeros({2, 6}).to_sparse()), TypeError);
}

TEST_CASE("a refused tensor is left unchanged") {
    at::Tensor t = at::ones({2, 6});
    const at::Tensor second = t;
    CHECK_THROWS_AS((void)adopt<Qkv>(std::move(t)), OwnershipError);
    CHECK(second.equal(at::ones({2, 6})));
}

TEST_CASE("a tensor given up by suture can be adopted again") {
    const auto view = borrow<Qkv>(at::ones({2, 6}));
    CHECK(adopting(view.clone().take()) == accepted);
    CHECK(adopting((view * 2).take()) == accepted);
    const auto [q, k, v] = split(view);
    CHECK(adopting(cat<Qkv>(q, k, v).take()) == accepted);
    const auto [gq, gk, gv] = split(borrow<ByHead>(at::ones({2, 12})));
    at::Tensor grouped = cat<ByHead>(gq, gk, gv).take();
    CHECK_NOTHROW((void)adopt<ByHead>(std::move(grouped)));
}

TEST_CASE("adopting refuses an lvalue") {
    static_assert(can_adopt<at::Tensor&&>);
    static_assert(!can_adopt<at::Tensor&>);
    static_assert(!can_adopt<const at::Tensor&>);
    CHECK(can_adopt<at::Tensor&&>);
}

TEST_CASE("an Owned can be moved but not copied") {
    static_assert(std::movable<Owned<Qkv>>);
    static_assert(!std::copyable<Owned<Qkv>>);
    static_assert(!std::is_copy_constructible_v<Owned<Qkv>>);
    static_assert(!std::is_copy_assignable_v<Owned<Qkv>>);
    static_assert(std::is_nothrow_move_constructible_v<Owned<Qkv>>);
    std::vector<Owned<Qkv>> several;
    several.push_back(counting());
    several.push_back(counting());
    CHECK(several.front().equal(several.back()));
}

TEST_CASE("a clone has the same contents and its own storage") {
    auto owned = counting();
    auto copy = owned.clone();
    CHECK(copy.equal(owned));
    copy[on<Qkv>()] = 0;
    CHECK_FALSE(copy.equal(owned));
}

TEST_CASE("whoever holds an Owned's storage keeps the values when the Owned is written") {
    auto owned = counting();
    const at::Tensor values = at::arange(18, at::kFloat).reshape({3, 6});
    const auto view = owned.view();
    const auto part = view[on<Q>()];
    const at::Tensor handle = owned.unsafe_tensor();
    owned[on<Qkv>(token(1))] = 9;
    CHECK(owned.unsafe_tensor()[1].equal(at::full({6}, 9.0f)));
    CHECK(view.unsafe_tensor().equal(values));
    CHECK(part.unsafe_tensor().equal(values.narrow(-1, 0, 2)));
    CHECK(handle.equal(values));
    const auto again = owned.view();
    owned |= on<K>().zero();
    CHECK(again.unsafe_tensor()[1].equal(at::full({6}, 9.0f)));
    CHECK(owned[on<K>()].clone().equal(at::zeros({3, 2})));
}

TEST_CASE("an Owned that nobody else holds is written where it is") {
    auto owned = counting();
    const void* const memory = owned.unsafe_tensor().data_ptr();
    owned[on<Q>()] = 1;
    owned |= on<K>().add(2);
    CHECK(owned.unsafe_tensor().data_ptr() == memory);
    CHECK(std::move(owned).take().data_ptr() == memory);
}

TEST_CASE("take consumes the Owned") {
    static_assert(!can_take_lvalue<Owned<Qkv>>);
    CHECK(counting().take().equal(at::arange(18, at::kFloat).reshape({3, 6})));
}

TEST_CASE("an Owned that was given up cannot be edited silently") {
    auto owned = counting();
    (void)std::move(owned).take();
    CHECK(says(message_of<OwnershipError>([&] { owned[on<Qkv>()] = 0; }), "moved"));
    CHECK(says(message_of<OwnershipError>([&] { (void)owned.clone(); }), "moved"));
}

TEST_CASE("an Owned that was given up cannot be given up again") {
    auto taken = counting();
    (void)std::move(taken).take();
    CHECK(says(message_of<OwnershipError>([&] { (void)std::move(taken).take(); }), "moved from"));
    auto moved = counting();
    const auto there = std::move(moved);
    CHECK(says(message_of<OwnershipError>([&] { (void)std::move(moved).take(); }), "moved from"));
}

TEST_CASE("a part cannot be written once its Owned is taken, moved or destroyed") {
    const auto refuses = [](const auto& part) {
        return says(message_of<OwnershipError>([&] { part = -77; }), "was moved, taken or destroyed", "new owner") &&
               says(message_of<OwnershipError>([&] { (void)part.clone(); }), "was moved, taken or destroyed");
    };
    auto owned = counting();
    const auto part = owned[on<Qkv>(token(0))];
    CHECK_NOTHROW(part += 0);
    const at::Tensor taken = std::move(owned).take();
    CHECK(refuses(part));
    CHECK(taken.equal(counting().unsafe_tensor()));

    auto source = counting();
    const auto of_source = source[on<Qkv>(token(0))];
    auto target = std::move(source);
    CHECK(refuses(of_source));
    CHECK_NOTHROW(target[on<Qkv>(token(0))] += 0);
    auto assigned = counting();
    const auto replaced = assigned[on<Qkv>(token(0))], moved = target[on<Qkv>(token(0))];
    assigned = std::move(target);
    CHECK(refuses(replaced));
    CHECK(refuses(moved));
    CHECK(assigned.equal(counting()));

    std::optional<Owned<Qkv>> brief = counting();
    const auto of_brief = (*brief)[on<Qkv>(token(0))];
    brief.reset();
    CHECK(refuses(of_brief));
}

TEST_CASE("a part of an Owned is written in place") {
    auto owned = counting();
    owned[on<Qkv>(token(1), dims<0, 2>)] = 0;
    owned[on<Qkv>(token(-1))] += 100;
    owned[on<Qkv>(tokens(0, 1))] *= -1;
    owned[on<Qkv>(token(1), dims<4, 6>)] = at::tensor({5.0f, 6.0f});
    owned[on<Qkv>(token(0), dims<5, 6>)] = 0;
    CHECK(owned.unsafe_tensor().equal(at::tensor({-0.f, -1.f, -2.f, -3.f, -4.f, 0.f,  //
                                                  0.f, 0.f, 8.f, 9.f, 5.f, 6.f,       //
                                                  112.f, 113.f, 114.f, 115.f, 116.f, 117.f})
                                          .reshape({3, 6})));
}

TEST_CASE("the shape of a part follows PyTorch's indexing, with heads as an axis") {
    auto owned = borrow<FourHeads>(at::zeros({2, 5, 8})).clone();
    CHECK(owned[on<FourHeads>()].sizes() == at::IntArrayRef({2, 5, 8}));
    CHECK(owned[on<FourHeads>(token(0))].sizes() == at::IntArrayRef({2, 8}));
    CHECK(owned[on<FourHeads>(batch(1), tokens(1, 3))].sizes() == at::IntArrayRef({2, 8}));
    CHECK(owned[on<FourHeads>(dims<1, 4>)].sizes() == at::IntArrayRef({2, 5, 3}));
    auto q = borrow<Q<8, 4>>(at::zeros({2, 5, 8})).clone();
    CHECK(q[on<Q>(head<3>)].sizes() == at::IntArrayRef({2, 5, 2}));
    CHECK(q[on<Q>(heads<1, 3>)].sizes() == at::IntArrayRef({2, 5, 2, 2}));
    CHECK(q[on<Q>(heads<1, 3>, dims<0, 1>)].sizes() == at::IntArrayRef({2, 5, 2, 1}));
}

TEST_CASE("a component in groups is written through its groups") {
    const at::Tensor packed = at::zeros({2, 12});
    auto k = borrow<ByHead>(packed)[on<Q>()].clone();
    static_assert(std::is_same_v<decltype(k), Owned<part<ByHead, Q>>>);
    CHECK(k.sizes() == at::IntArrayRef({2, 6}));
    CHECK(k[on<Q>(heads())].sizes() == at::IntArrayRef({2, 3, 2}));
    k[on<Q>(head<1>)] = 7;
    CHECK(k.unsafe_tensor().narrow(1, 2, 2).equal(at::full({2, 2}, 7.0f)));
    CHECK(k.sum().item<float>() == 28);
    CHECK(packed.equal(at::zeros({2, 12})));
}

TEST_CASE("writes that throw leave the Owned unchanged") {
    auto owned = counting();
    const auto before = owned.clone();
    CHECK_THROWS_AS((void)owned[on<Qkv>(token(3))], PositionError);
    CHECK_THROWS_AS((void)owned[on<Qkv>(batch(0))], ShapeError);
    CHECK_THROWS_AS(owned[on<Qkv>(token(0))] = at::ones({5}), ShapeError);
    CHECK_THROWS_AS(owned[on<Qkv>(token(0))] += at::ones({6}, at::kDouble), TypeError);
    CHECK(owned.equal(before));
}

TEST_CASE("an Owned made in inference mode is not written outside") {
    std::optional<Owned<Qkv>> owned;
    {
        const c10::InferenceMode inference;
        owned = counting();
        CHECK_NOTHROW((*owned)[on<Qkv>()] = 1);
    }
    CHECK(says(message_of<OwnershipError>([&] { (*owned)[on<Qkv>()] = 2; }), "inference mode", "clone()"));
    auto copy = owned->clone();
    CHECK_NOTHROW(copy[on<Qkv>()] = 2);
}

TEST_CASE("a part selected under no_grad can be written with gradients") {
    auto q = borrow<ByHead>(at::zeros({2, 12}))[on<Q>()].clone();
    const at::Tensor leaf = at::ones({2}).requires_grad_();
    const auto chosen = [&] {
        const at::NoGradGuard no_grad;
        return q[on<Q>(head<1>)];
    }();
    CHECK_NOTHROW(chosen += leaf);
}

TEST_CASE("a place is read where it is written, by the reductions of a View, and cloned") {
    auto owned = counting();
    const auto first = owned[on<Q>(token(0))];
    CHECK(first.sum().item<float>() == 1);
    first = 5;
    CHECK(first.sum().item<float>() == 10);
    const at::Tensor copy = first.clone();
    first = 0;
    CHECK(copy.equal(at::full({2}, 5.0f)));
    CHECK(owned[on<Q>(token(0))].norm().item<float>() == 0);
}

TEST_CASE("a place of a const Owned is read, not written") {
    const auto owned = counting();
    CHECK(owned[on<K>(token(1))].clone().equal(at::tensor({8.0f, 9.0f})));
    CHECK(owned[on<K>()].equal(owned.view()[on<K>()]));
    using Place = decltype(on<K>(token(1)));
    static_assert(can_be_at<const Owned<Qkv>&, Place>);
    CHECK_FALSE(can_be_written_at<const Owned<Qkv>&, Place>);
}

TEST_CASE("a temporary Owned gives its tensor up, a named one only by take()") {
    const at::Tensor tensor = counting();
    CHECK(tensor.equal(at::arange(18, at::kFloat).reshape({3, 6})));
    static_assert(std::is_convertible_v<Owned<Qkv>, at::Tensor>);
    static_assert(std::is_convertible_v<Owned<Qkv>&&, at::Tensor>);
    CHECK_FALSE(std::is_convertible_v<Owned<Qkv>&, at::Tensor>);
    CHECK_FALSE(std::is_convertible_v<const Owned<Qkv>&, at::Tensor>);
}

TEST_CASE("assigning to a temporary Owned does not compile") {
    static_assert(std::is_assignable_v<Owned<Qkv>&, Owned<Qkv>>);
    CHECK_FALSE(std::is_assignable_v<Owned<Qkv>, Owned<Qkv>>);
}

TEST_CASE("an Owned is written at a place only") {
    static_assert(!can_add_to<Owned<Qkv>&>);
    static_assert(!can_fill<Owned<Qkv>&>);
    static_assert(!can_be_at<Owned<Qkv>&, int>);
    CHECK_FALSE(can_be_at<Owned<Qkv>&, at::Tensor>);
}

TEST_CASE("parts that cannot exist do not compile") {
    using Four = Owned<Q<8, 4>>;
    static_assert(can_be_at<Four&, decltype(on<Q>(head<3>))>);
    static_assert(!can_be_at<Four&, decltype(on<Q>(head<4>))>);
    static_assert(!can_be_at<Four&, decltype(on<Q>(dims<0, 9>))>);
    static_assert(!can_be_at<Four&, decltype(on<Q>(head<0>, dims<0, 3>))>);
    static_assert(!can_be_at<Four&, decltype(on<K>())>);
    static_assert(!can_be_at<Four&, int>);
    static_assert(!can_be_at<Four&&, decltype(on<Q>())>);
    static_assert(!can_be_written_at<const Four&, decltype(on<Q>())>);
    static_assert(can_be_written_at<Four&, decltype(on<Q>())>);
    CHECK(can_be_at<Four&, decltype(on<Q>())>);
}
