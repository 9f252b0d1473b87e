#include "suture/tensor/detail/plain_storage.hpp"

#include "suture/edit/on.hpp"
#include "suture/tensor/view.hpp"

#include <ATen/ATen.h>

#include "doctest.hpp"

#include <vector>

using namespace suture;
using namespace suture::detail;

namespace {
using Qkv = Fused<12, Q<4, 2>, K<4, 2>, V<4, 2>>;
using NeoX = Grouped<2, Q<2>, K<2>, V<2>>;

template <class L, class Selector, Where... Ws>
ResolvedPlace resolved(const Place<Selector, Ws...>& place, const at::Tensor& x) {
    return resolve(place_in<Selector, L>(Access::wheres(place)), x);
}

/// The same change by LibTorch's operators.
at::Tensor by_libtorch(const at::Tensor& x, const ResolvedPlace& r, Update how, const NumberOrTensor& with) {
    const at::Tensor copy = x.clone();
    write_part(copy, r, [&](const at::Tensor& part) { write_value(part, r.sizes, how, with); });
    return copy;
}

template <class L>
void check_all_changes(const ResolvedPlace& r, const at::Tensor& x) {
    for (const Update how : {Update::set, Update::add, Update::subtract, Update::multiply, Update::divide}) {
        const std::vector<NumberOrTensor> values{at::Scalar(0.1),
                                                 at::Scalar(3),
                                                 at::Scalar(-1e30),
                                                 at::randn(r.sizes, x.options()),
                                                 at::randn({1}, x.options()),
                                                 at::randn({}, x.options())};
        for (const NumberOrTensor& with : values) {
            const at::Tensor changed = x.clone();
            const auto version = changed._version();
            CHECK(write_plainly(changed, r, how, with));
            CHECK(changed.equal(by_libtorch(x, r, how, with)));
            CHECK(changed._version() > version);
        }
    }
}
}  // namespace

TEST_CASE("plain writes leave the bytes that LibTorch's operators leave, whatever the layout, place and rank") {
    for (const at::ScalarType dtype : {at::kFloat, at::kDouble})
        for (const std::vector<Index>& sizes :
             std::vector<std::vector<Index>>{{3, 5, 12}, {5, 12}, {2, 3, 5, 12}, {3, 0, 12}}) {
            const at::Tensor x = at::randn(sizes, dtype);
            const auto check = [&](const auto& place) {
                check_all_changes<Qkv>(resolved<Qkv>(place, x), x);
                check_all_changes<NeoX>(resolved<NeoX>(place, x), x);
            };
            check(on<Q>());
            check(on<K>(heads(0, 2)));
            check(on<V>(head(1), dims(1, 2)));
            if (x.numel() == 0) continue;
            check(on<K>(token(-1)));
            check(on<V>(tokens(1, 3), head(0)));
            if (x.dim() > 2) check(on<Q>(batch(1), tokens(0, 2)));
        }
}

TEST_CASE("values that broadcast along the first axes of a selection are written plainly, as LibTorch writes them") {
    for (const std::vector<Index>& sizes :
         std::vector<std::vector<Index>>{{3, 5, 12}, {5, 12}, {2, 3, 5, 12}, {1, 1, 12}}) {
        const at::Tensor x = at::randn(sizes);
        const auto check = [&](const ResolvedPlace& r) {
            const std::vector<Index> selection(r.sizes.begin(), r.sizes.end());
            for (std::size_t missing = 0; missing < selection.size(); ++missing)
                for (const bool ones : {false, true}) {
                    std::vector<Index> shape(selection.begin() + static_cast<std::ptrdiff_t>(missing), selection.end());
                    if (ones) shape.insert(shape.begin(), missing, 1);
                    const at::Tensor value = at::randn(shape), changed = x.clone();
                    // Heads that lie side by side are one run, which a value for one head does not fill.
                    const bool fills = value.numel() == 1 || value.numel() % r.channels.width == 0;
                    CHECK(write_plainly(changed, r, Update::add, value) == fills);
                    if (fills) CHECK(changed.equal(by_libtorch(x, r, Update::add, value)));
                }
        };
        const auto check_place = [&](const auto& place) {
            check(resolved<Qkv>(place, x));
            check(resolved<NeoX>(place, x));
        };
        check_place(on<Q>());
        check_place(on<K>(heads(0, 2)));
        check_place(on<V>(token(0)));
        check_place(on<K>(tokens(0, 1), head(1)));
    }
}

TEST_CASE("what is not plain is left to LibTorch") {
    const ResolvedPlace r = resolved<Qkv>(on<Q>(), at::zeros({5, 12}));
    const auto plain = [&](const at::Tensor& x, const NumberOrTensor& with) {
        return write_plainly(x, r, Update::set, with);
    };
    CHECK(plain(at::zeros({5, 12}), at::Scalar(1)));
    CHECK(!plain(at::zeros({5, 12}, at::kHalf), at::Scalar(1)));
    CHECK(!plain(at::zeros({5, 12}, at::kLong), at::Scalar(1)));
    CHECK(!plain(at::zeros({5, 24}).narrow(-1, 0, 12), at::Scalar(1)));
    CHECK(!plain(at::zeros({5, 12}).requires_grad_().mul(1), at::Scalar(1)));
    CHECK(!plain(at::zeros({5, 12}), at::zeros({5, 4}).requires_grad_()));
    CHECK(!plain(at::zeros({5, 12}), at::zeros({4, 5}).t()));
    CHECK(plain(at::zeros({5, 12}), at::zeros({4})));
    CHECK(!plain(at::zeros({5, 12}), at::zeros({5, 1})));
    CHECK(!plain(at::empty({5, 12}, at::kMeta), at::Scalar(1)));
    const at::Tensor large = at::zeros({1025, 12});
    CHECK(!write_plainly(large, resolved<Qkv>(on<Q>(), large), Update::set, at::Scalar(1)));
    CHECK(write_plainly(large, resolved<Qkv>(on<Q>(tokens(1, 1025)), large), Update::set, at::Scalar(1)));
    CHECK(!write_plainly(at::zeros({5, 12}), resolved<Qkv>(on<Q>(dims({2, 0})), at::zeros({5, 12})), Update::set,
                         at::Scalar(1)));
    const at::NoGradGuard no_grad;
    CHECK(plain(at::zeros({5, 12}).requires_grad_(), at::Scalar(1)));
}

TEST_CASE("a fresh copy is alone in its storage and contiguous, plain or not") {
    const at::Tensor base = at::randn({4, 6});
    for (const at::Tensor& x :
         {base, base.t(), base.select(0, 1), base.expand({2, 4, 6}), base.to(at::kHalf),
          at::randn({2, 3}, at::kComplexFloat).conj(), at::zeros({0, 6}), base.requires_grad_().mul(2)}) {
        const at::Tensor copy = fresh_copy(x);
        CHECK(copy.equal(x));
        CHECK(copy.is_contiguous());
        CHECK(!copy.is_alias_of(x));
        CHECK(copy.requires_grad() == x.requires_grad());
    }
    const c10::InferenceMode inference;
    CHECK(fresh_copy(at::ones({3})).is_inference());
}
