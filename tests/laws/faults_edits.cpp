// When memory runs out in an edit, or one of several edits cannot be made, whatever the recipe and however the source lies
// in its storage: the source keeps its bytes and its version, an Owned has its old values or its new ones and nothing
// between them, and the next edit works.
#include "failing_allocator.hpp"
#include "laws/recipes.hpp"
#include "laws/tensors.hpp"

#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/edit/slot.hpp"
#include "suture/stats/moments.hpp"
#include "suture/tensor/cat.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace laws;
using namespace suture;
using suture_test::MemoryRunsOut;
using suture_test::run_out_of_memory;

/// What must not change: the bytes of a tensor's whole storage, and its version.
class unchanged {
public:
    explicit unchanged(const at::Tensor& t) : tensor_(t), bytes_(storage_bytes(t)), version_(t._version()) {}
    bool holds() const { return tensor_._version() == version_ && storage_bytes(tensor_) == bytes_; }

private:
    at::Tensor tensor_;
    std::vector<char> bytes_;
    decltype(at::Tensor()._version()) version_;
};

/// Edits an Owned with memory for `granted` tensors. @return what it holds then, and whether the edit was made
std::pair<at::Tensor, bool> edited_with_memory_for(long granted, const drawn_case& c, way how) {
    bool made = false;
    const at::Tensor left = c.recipe.run_within(c.source.view, how, [&](const std::function<void()>& edit) {
        const MemoryRunsOut memory(granted);
        try {
            edit();
            made = true;
        } catch (...) {
            if (!memory.has_refused()) throw;
        }
    });
    return {left, made};
}

/// @pre the case is possible
void check_out_of_memory(const drawn_case& c) {
    const unchanged source(c.source.base);
    const at::Tensor expected = c.recipe.run(c.source.view, way::assign);
    (void)run_out_of_memory([&] { (void)c.recipe.run(c.source.view, way::pipe); },
                            [&](long) { RC_ASSERT(source.holds()); });
    for (way how : {way::consume, way::assign})
        for (long granted = 0;; ++granted) {
            const auto [left, made] = edited_with_memory_for(granted, c, how);
            RC_ASSERT(source.holds());
            if (made) {
                RC_ASSERT(same_numbers(left, expected));
                break;
            }
            RC_LOG() << "with memory for " << granted << " tensors\n";
            RC_ASSERT(same_bits(left, c.source.view));
        }
}

using L = Fused<12, Q<4, 2>, K<4, 2>, V<4, 2>>;

/// Runs a change of an Owned, made anew for each attempt, until there is enough memory for it.
template <class Change>
void check_change(const at::Tensor& x, const Change& change) {
    Owned<L> fresh = borrow<L>(x).clone();
    change(fresh);
    const at::Tensor expected = std::move(fresh).take();
    Owned<L> owned = borrow<L>(x).clone();
    const View<L> seen_before = owned.view();  // so that the first write moves the Owned to storage of its own
    (void)run_out_of_memory([&] { change(owned); }, [&](long) { REQUIRE(same_bits(owned.unsafe_tensor(), x)); });
    CHECK(same_bits(owned.unsafe_tensor(), expected));
    CHECK(same_bits(seen_before.unsafe_tensor(), x));
}

}  // namespace

TEST_CASE("an edit that runs out of memory changes neither its source nor the Owned") {
    for (const layout_under_test& l : every_layout_under_test())
        for_all(l.name, 3, [&l] {
            const drawn_case c = draw_case(l);
            if (!c.recipe.is_impossible()) check_out_of_memory(c);
        });
}

TEST_CASE("an edit within a graph that runs out of memory changes neither its source nor the Owned") {
    for (const layout_under_test& l : every_layout_under_test())
        for_all(l.name, 1, [&l] {
            const drawn_case c = draw_case(l, true);
            if (!c.recipe.is_impossible()) check_out_of_memory(c);
        });
}

TEST_CASE("an assignment that runs out of memory leaves the Owned as it was") {
    const at::Tensor other = at::randn({2, 3, 12}), listed = at::randn({2, 3, 2});
    const at::Tensor where = at::arange(6).remainder(2).eq(0).view({2, 3});
    for (const at::ScalarType dtype : {at::kFloat, at::kHalf, at::kInt}) {
        CAPTURE(dtype);
        const at::Tensor x = at::arange(72).view({2, 3, 12}).to(dtype), y = other.to(dtype), two = listed.to(dtype);
        for (const at::Tensor& strided :
             {x, at::zeros({12, 3, 2}, dtype).copy_(x.permute({2, 1, 0})).permute({2, 1, 0})}) {
            check_change(strided, [](Owned<L>& o) { o[on<Q>(token(1))] = 3; });
            check_change(strided, [&](Owned<L>& o) { o[on<K>(dims({0, 3}))] = two; });
            check_change(strided, [&](Owned<L>& o) { o[on<K>(mask(where), head(1))] += 2; });
            check_change(strided, [](Owned<L>& o) { o[on<V>(heads())] *= 3; });
            check_change(strided, [&](Owned<L>& o) { o[on<L>(token(-1))] -= y.select(1, 0); });
            check_change(strided, [&](Owned<L>& o) { o[on<V>(token(1))] = borrow<L>(y)[on<V>(token(2))]; });
            check_change(strided, [](Owned<L>& o) { swap(o[on<Q>(dims({0, 2}))], o[on<Q>(dims({3, 1}))]); });
            check_change(strided, [](Owned<L>& o) { swap(o[on<V>(token(0))], o[on<V>(token(2))]); });
        }
    }
}

TEST_CASE("a recipe whose third edit fails in the run changes nothing, whatever is wrong with it") {
    const at::Tensor base = at::arange(72, at::kFloat).view({2, 3, 12});
    const Slot empty;
    for (const at::ScalarType dtype : {at::kFloat, at::kHalf})
        for (const at::Tensor& x : {base.to(dtype), base.to(dtype).view({3, 2, 12}).transpose(0, 1)}) {
            const at::TensorOptions like = x.options();
            const auto fails = [&](const auto& third) {
                const unchanged source(x);
                const auto recipe = on<Q>().zero() | on<K>(dims({1, 2})).add(1) | third;
                CAPTURE(to_string(recipe));
                Owned<L> owned = borrow<L>(x).clone();
                CHECK_THROWS((void)(borrow<L>(x) | recipe));
                CHECK_THROWS(owned |= recipe);
                CHECK(same_bits(owned.unsafe_tensor(), x));
                CHECK_THROWS((void)(std::move(owned) | recipe));
                CHECK(same_bits(owned.unsafe_tensor(), x));
                CHECK(source.holds());
                owned |= on<V>().zero();
                CHECK(owned[on<V>()].sum().item<float>() == 0);
            };
            fails(on<V>().set(at::zeros({4}, like.dtype(at::kDouble))));
            fails(on<V>().set(at::zeros({5}, like)));
            fails(on<V>().add(at::empty({4}, like.device(at::kMeta))));
            fails(on<V>(token(9)).zero());
            fails(on<V>(mask(at::ones({3, 3}, at::kBool))).zero());
            fails(on<V>().multiply(1e300));
            fails(on<V>().set(empty));
            fails(on<V>().steer(at::zeros({4}, like), 1));
            fails(on<V>().apply([](const at::Tensor& t) -> at::Tensor { throw t.numel(); }));
            fails(on<V>().apply([](const at::Tensor& t) { return t.narrow(-1, 0, 3); }));
            fails(on<V>().apply([](const at::Tensor& t) { return t.to(at::kMeta); }));
        }
}

TEST_CASE("places of two Owneds are swapped both or not at all") {
    const at::Tensor x = at::randn({2, 3, 12}), y = at::randn({2, 3, 12});
    Owned<L> a = borrow<L>(x).clone(), b = borrow<L>(y).clone();
    const View<L> of_b = b.view();
    const auto exchange = [&] { swap(a[on<Q>(dims({0, 2}))], b[on<Q>(dims({1, 3}))]); };
    (void)run_out_of_memory(exchange, [&](long) {
        REQUIRE(same_bits(a.unsafe_tensor(), x));
        REQUIRE(same_bits(b.unsafe_tensor(), y));
    });
    CHECK(same_bits(a[on<Q>(dims({0, 2}))].clone(), borrow<L>(y)[on<Q>(dims({1, 3}))].clone()));
    CHECK(same_bits(b[on<Q>(dims({1, 3}))].clone(), borrow<L>(x)[on<Q>(dims({0, 2}))].clone()));
}

TEST_CASE("copies, parts, slots and moments that run out of memory leave what was there") {
    const at::Tensor x = at::randn({2, 3, 12}), y = at::randn({2, 3, 12});
    const unchanged source(x);
    Slot slot(x);
    RunningMoments moments;
    moments.add(x);
    const at::Tensor mean = moments.mean(), spread = moments.stddev(), count = moments.count();
    const auto still = [&](long) {
        REQUIRE(source.holds());
        REQUIRE(same_bits(slot.get(), x));
        REQUIRE(same_bits(moments.mean(), mean));
        REQUIRE(same_bits(moments.stddev(), spread));
        REQUIRE(same_bits(moments.count(), count));
    };
    (void)run_out_of_memory([&] { (void)borrow<L>(x).clone(); }, still);
    (void)run_out_of_memory([&] { (void)borrow<L>(x)[on<K>(dims({1, 2}))].clone(); }, still);
    (void)run_out_of_memory(
        [&] {
            auto [q, k, v] = split(borrow<L>(x));
            (void)cat<L>(q.clone(), k, v);
        },
        still);
    (void)run_out_of_memory([&] { slot = y; }, still);
    CHECK(same_bits(slot.get(), y));
    slot = x;
    RunningMoments others;
    others.add(y);
    (void)run_out_of_memory([&] { moments.merge(others); }, still);
    RunningMoments both;
    both.add(x);
    both.add(y);
    CHECK(same_bits(moments.mean(), both.mean()));
}

TEST_CASE("an edit that needs more memory than there can be is LibTorch's error, and changes nothing") {
    constexpr Index most = std::numeric_limits<Index>::max() / 64;
    const at::Tensor row = at::ones({1, 12}), huge = row.expand({most, 12});
    const unchanged source(row);
    CHECK_THROWS_AS((void)(borrow<L>(huge) | on<Q>().zero()), c10::Error);
    Owned<L> owned = borrow<L>(row).clone();
    CHECK_THROWS_AS((owned |= on<Q>().zero() | on<K>().apply([](const at::Tensor& t) {
                        return t.expand({most, 4}).clone();
                    })),
                    c10::Error);
    CHECK(same_bits(owned.unsafe_tensor(), row));
    CHECK(source.holds());
}
