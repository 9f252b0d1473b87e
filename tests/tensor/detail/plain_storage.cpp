#include "suture/tensor/detail/plain_storage.hpp"

#include "suture/edit/on.hpp"
#include "suture/tensor/view.hpp"

#include <ATen/ATen.h>

#include "doctest.hpp"

#include <limits>
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

namespace {
/// Whether 16-bit floats have the same bits, or are both NaN: LibTorch's vectorised loops and its others give NaNs of other bits.
bool same_bits_or_nan(const at::Tensor& a, const at::Tensor& b) {
    const at::Tensor same = a.view(at::kShort).eq(b.view(at::kShort));
    return same.logical_or(a.isnan().logical_and(b.isnan())).all().item<bool>();
}
}  // namespace

TEST_CASE("products and quotients of 16-bit floats with numbers have LibTorch's bits, whatever the float") {
    // All floats of 16 bits, in 128 tokens: as many in one as are multiplied plainly.
    const at::Tensor bits = at::arange(-32768, 32768).to(at::kShort).reshape({128, 512});
    const std::vector<at::Scalar> numbers{0.1,
                                          -1.7,
                                          3,
                                          1.0 / 3,
                                          0.0,
                                          -0.0,
                                          1e-3,
                                          6e4,
                                          1e-7,
                                          5.9604644775390625e-08,
                                          1e-30,
                                          1e-40,
                                          65504.0,
                                          std::numeric_limits<double>::infinity(),
                                          std::numeric_limits<double>::quiet_NaN(),
                                          true};
    for (const at::ScalarType dtype : {at::kBFloat16, at::kHalf}) {
        const at::Tensor x = bits.view(dtype);
        for (const at::Scalar& number : numbers)
            for (const Update how : {Update::set, Update::multiply, Update::divide}) {
                CAPTURE(number.toDouble());
                const NumberOrTensor with = fitted(number, dtype);
                const at::Tensor changed = x.clone();
                for (Index t = 0; t < 128; ++t)
                    CHECK(write_plainly(changed, resolved<Resid<512>>(on<Resid>(token(t)), x), how, with));
                const ResolvedPlace all = resolved<Resid<512>>(on<Resid>(), x);
                CHECK_FALSE(write_plainly(changed, all, how, with));
                CHECK(same_bits_or_nan(changed, by_libtorch(x, all, how, with)));
            }
    }
}

TEST_CASE("runs of any length are changed to their end") {
    for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16, at::kHalf})
        for (Index width = 1; width < 50; ++width) {
            const at::Tensor x = at::randn({2, 64}).to(dtype);
            const ResolvedPlace r = resolved<Resid<64>>(on<Resid>(dims(3, 3 + width)), x);
            for (const Update how : {Update::set, Update::multiply}) {
                const at::Tensor changed = x.clone();
                CHECK(write_plainly(changed, r, how, at::Scalar(0.3)));
                CHECK(changed.equal(by_libtorch(x, r, how, at::Scalar(0.3))));
            }
        }
}

TEST_CASE("16-bit floats are added by LibTorch, and set plainly to numbers and tensors") {
    for (const at::ScalarType dtype : {at::kBFloat16, at::kHalf}) {
        const at::Tensor x = at::randn({5, 12}).to(dtype), value = at::randn({5, 4}).to(dtype);
        const ResolvedPlace r = resolved<Qkv>(on<Q>(), x);
        CHECK_FALSE(write_plainly(x.clone(), r, Update::add, at::Scalar(1)));
        CHECK_FALSE(write_plainly(x.clone(), r, Update::multiply, value));
        const at::Tensor changed = x.clone();
        const auto version = changed._version();
        CHECK(write_plainly(changed, r, Update::set, value));
        CHECK(changed.equal(by_libtorch(x, r, Update::set, value)));
        CHECK(changed._version() > version);
    }
}

TEST_CASE("what is not plain is left to LibTorch") {
    const ResolvedPlace r = resolved<Qkv>(on<Q>(), at::zeros({5, 12}));
    const auto plain = [&](const at::Tensor& x, const NumberOrTensor& with) {
        return write_plainly(x, r, Update::set, with);
    };
    CHECK(plain(at::zeros({5, 12}), at::Scalar(1)));
    CHECK(!plain(at::zeros({5, 12}, at::kComplexFloat), at::Scalar(1)));
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
