#include <suture/edit/slot.hpp>

#include <suture/edit/apply.hpp>
#include <suture/edit/on.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <atomic>
#include <sstream>
#include <thread>
#include <type_traits>
#include <utility>

using namespace suture;
using suture_test::message_of;

using Qkv = Fused<6, Q<2>, K<2>, V<2>>;

namespace {
const at::Tensor x = at::zeros({3, 6});
at::Tensor query(const Owned<Qkv>& owned) { return owned.view()[on<Q>()].clone().take(); }
}  // namespace

TEST_CASE("a slot is changed without touching the recipe that uses it") {
    Slot injection = at::full({2}, 1.0f);
    const auto recipe = on<Q>(token(1)).set(injection);
    CHECK(query(borrow<Qkv>(x) | recipe)[1].equal(at::full({2}, 1.0f)));
    injection = at::full({2}, 5.0f);
    CHECK(query(borrow<Qkv>(x) | recipe)[1].equal(at::full({2}, 5.0f)));
    CHECK(injection.get().equal(at::full({2}, 5.0f)));
}

TEST_CASE("a slot can be added and multiplied, and shared by several edits") {
    Slot value = at::full({2}, 3.0f);
    const auto recipe = on<Q>().add(value) | on<Q>().multiply(value) | on<K>().set(value);
    CHECK((borrow<Qkv>(x) | recipe).unsafe_tensor()[0].equal(at::tensor({9.0f, 9.0f, 3.0f, 3.0f, 0.0f, 0.0f})));
}

TEST_CASE("an empty slot is refused, and so is one that was reset") {
    Slot slot;
    const auto recipe = on<Q>().set(slot);
    const auto run = [&] { (void)(borrow<Qkv>(x) | recipe); };
    CHECK(message_of<ValueError>(run) == "Q = slot (undefined): the slot is empty: assign a tensor to it first");
    slot = at::ones({2});
    CHECK_NOTHROW(run());
    slot.reset();
    CHECK_THROWS_AS(run(), ValueError);
    CHECK_FALSE(slot.get().defined());
}

TEST_CASE("the tensor in a slot is checked at each use") {
    Slot slot = at::ones({2});
    const auto recipe = on<Q>().set(slot);
    CHECK_NOTHROW((void)(borrow<Qkv>(x) | recipe));
    slot = at::ones({3});
    CHECK_THROWS_AS((void)(borrow<Qkv>(x) | recipe), ShapeError);
    slot = at::ones({2}, at::kDouble);
    CHECK_THROWS_AS((void)(borrow<Qkv>(x) | recipe), TypeError);
}

TEST_CASE("a recipe keeps the tensor of its slot after the slot is destroyed") {
    const auto recipe = [] {
        Slot slot = at::ones({2});
        return on<Q>().set(slot);
    }();
    CHECK(query(borrow<Qkv>(x) | recipe).equal(at::ones({3, 2})));
}

TEST_CASE("a slot keeps a copy: a later write to the tensor, or to what get() returned, does not reach it") {
    const at::Tensor tensor = at::ones({2});
    Slot slot = tensor;
    const auto recipe = on<Q>().set(slot);
    tensor.fill_(7);
    slot.get().fill_(7);
    CHECK(query(borrow<Qkv>(x) | recipe).equal(at::ones({3, 2})));
    const at::Tensor next = at::full({2}, 2.0f);
    slot = next;
    next.fill_(7);
    CHECK(query(borrow<Qkv>(x) | recipe).equal(at::full({3, 2}, 2.0f)));
}

TEST_CASE("a slot can be subtracted and divided by") {
    Slot value = at::full({2}, 4.0f);
    const auto recipe = on<Q>().set(6) | on<Q>(token(0)).subtract(value) | on<Q>(token(1)).divide(value);
    CHECK(query(borrow<Qkv>(x) | recipe).select(-1, 0).equal(at::tensor({2.0f, 1.5f, 6.0f})));
}

TEST_CASE("a slot cannot be copied, because the copies would not change together") {
    static_assert(!std::is_copy_constructible_v<Slot>);
    static_assert(!std::is_copy_assignable_v<Slot>);
    CHECK(std::is_move_constructible_v<Slot>);
}

TEST_CASE("a moved-from slot can be assigned to") {
    Slot first = at::ones({2});
    const Slot second = std::move(first);
    CHECK_FALSE(first.get().defined());
    first = at::zeros({2});
    CHECK(first.get().equal(at::zeros({2})));
    CHECK(second.get().equal(at::ones({2})));
}

TEST_CASE("a slot that is assigned another slot keeps its recipes") {
    Slot slot;
    const auto recipe = on<Q>().set(slot);
    slot = Slot(at::ones({2}));
    CHECK_NOTHROW((void)(borrow<Qkv>(x) | recipe));
}

TEST_CASE("gradients reach the tensor in the slot") {
    const at::Tensor leaf = at::ones({2}).requires_grad_();
    Slot slot = leaf;
    (borrow<Qkv>(x) | on<Q>().set(slot)).sum().backward();
    CHECK(leaf.grad().equal(at::full({2}, 3.0f)));
}

TEST_CASE("each pass sees one consistent value of a slot that another thread changes") {
    Slot slot = at::zeros({2});
    const auto recipe = on<Q>().set(slot);
    std::atomic<bool> stop{false};
    std::thread writer([&] {
        for (int i = 0; !stop; ++i) slot = at::full({2}, static_cast<float>(i % 100));
    });
    bool whole = true;
    for (int i = 0; i < 500; ++i) {
        const at::Tensor q = query(borrow<Qkv>(x) | recipe);
        whole = whole && q.eq(q[0][0]).all().item<bool>();
    }
    stop = true;
    writer.join();
    CHECK(whole);
}

TEST_CASE("a slot is printed as what it holds") {
    std::ostringstream text;
    const Slot empty, full = at::zeros({2});
    text << empty << ", " << full;
    CHECK(text.str() == "an empty Slot, a Slot of float32 [2] on cpu");
}
