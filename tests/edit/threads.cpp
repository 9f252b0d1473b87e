// Threads: a recipe is a value that several threads may use, and a Slot may be assigned while they do. This file is also part of
// the program under ThreadSanitizer.
#include <suture/edit/apply.hpp>
#include <suture/edit/on.hpp>
#include <suture/edit/slot.hpp>

#include <suture/core/catalogue.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "threads.hpp"

#include <atomic>

using namespace suture;
using suture_test::in_threads;
using suture_test::is_uniform;
using suture_test::passes;
using suture_test::Qkv;

TEST_CASE("four threads apply one recipe to one tensor, and to tensors of their own") {
    const at::Tensor shared = at::randn({2, 5, 6}), vector = at::randn({2});
    const auto recipe =
        on<Q>(token(4)).set(0.5) | on<K>().add(vector) | on<V>(token(1)).set(borrow<Qkv>(shared)[on<V>()]);
    const at::Tensor expected = borrow<Qkv>(shared) | recipe;
    std::atomic<int> wrong{0};
    in_threads(4, [&](int) {
        for (int pass = 0; pass < passes; ++pass) {
            const at::Tensor edited = borrow<Qkv>(shared) | recipe;
            wrong += !edited.equal(expected);
            Owned<Qkv> mine = borrow<Qkv>(shared).clone();
            mine |= recipe;
            wrong += !mine.view().equal(borrow<Qkv>(expected));
            const auto copy = recipe;
            mine |= copy;
            wrong +=
                !borrow<Qkv>(shared)[on<K>(token(0))].read([](const at::Tensor& k) { return k.clone(); }).defined();
        }
    });
    CHECK(wrong == 0);
}

TEST_CASE("layouts whose numbers are found at run time are used in four threads at once") {
    std::atomic<int> wrong{0};
    in_threads(4, [&](int i) {
        for (int n = 0; n < passes; ++n) {
            const Index width = 2 + 2 * ((n + i) % 16);
            const at::Tensor x = at::ones({1, 2, 3 * width});
            using AnyQkv = Gpt2Qkv<dynamic, dynamic>;
            const Extents<AnyQkv> extents({{width, 2}, {width, 2}, {width, 2}});
            const at::Tensor edited = borrow<AnyQkv>(x, extents) | on<K>(head(1)).zero();
            wrong += edited.eq(0).sum().item<Index>() != width;  // one head of two tokens
        }
    });
    CHECK(wrong == 0);
}

TEST_CASE("a recipe sees one value of a slot that two threads assign, never a mixture") {
    Slot slot = at::zeros({2});
    const auto recipe = on<Q>().set(slot) | on<K>().add(slot);
    const at::Tensor x = at::zeros({2, 5, 6});
    std::atomic<int> wrong{0};
    in_threads(4, [&](int i) {
        for (int pass = 0; pass < passes; ++pass) {
            if (i < 2) {
                slot = at::full({2}, 100.0 * i + pass);
                continue;
            }
            const at::Tensor edited = borrow<Qkv>(x) | recipe;
            wrong += !is_uniform(edited.narrow(-1, 0, 2));
            wrong += !is_uniform(edited.narrow(-1, 2, 2));
            wrong += !is_uniform(slot.get());
        }
    });
    CHECK(wrong == 0);
}

TEST_CASE("slots of four threads are their own") {
    std::atomic<int> wrong{0};
    in_threads(4, [&](int i) {
        Slot slot;
        const auto recipe = on<V>().multiply(slot);
        for (int pass = 0; pass < passes; ++pass) {
            slot = at::full({1}, 1.0 * i * pass);
            const at::Tensor edited = borrow<Qkv>(at::ones({3, 6})) | recipe;
            wrong += !edited.narrow(-1, 4, 2).eq(i * pass).all().item<bool>();
        }
    });
    CHECK(wrong == 0);
}
