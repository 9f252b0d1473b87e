// Audits, first as laws over every layout: the counts and ranges of a report equal those found by walking through all
// values one by one. Then bits and differences.
#include "suture/inspect/audit.hpp"

#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/tensor/cat.hpp"

#include "laws/layouts.hpp"
#include "laws/oracle.hpp"
#include "laws/tensors.hpp"
#include "message.hpp"

#include <ATen/ops/complex.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/view_as_real.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <set>

namespace {

using namespace laws;
using suture_test::message_of;
using suture_test::says;

/// The narrowest range that holds all these indices.
AuditRange narrowest(const std::set<Index>& places, Index size) {
    if (places.empty()) return {0, 0, size};
    return {*places.begin(), *places.rbegin() + 1, size};
}

/// The audit of one component by walking through all values.
ComponentAudit walked(const definition& d, std::size_t at, const at::Tensor& before, const at::Tensor& after) {
    const Segment& s = d.segments[at];
    const extents channels = d.channels(at), sizes = leading_of(before);
    const std::vector<char> a = bytes_of(before), b = bytes_of(after);
    const auto item = static_cast<Index>(before.element_size());
    const Index head_width = s.width / s.heads;
    std::vector<std::set<Index>> leading(sizes.size());
    std::set<Index> heads, dims, groups, within;
    ComponentAudit audit;
    const Index rows = std::accumulate(sizes.begin(), sizes.end(), Index{1}, std::multiplies<>());
    for (Index row = 0; row < rows; ++row)
        for (Index i = 0; i < static_cast<Index>(channels.size()); ++i) {
            const Index byte = (row * d.width() + channels[static_cast<std::size_t>(i)]) * item;
            ++audit.values;
            if (std::equal(a.begin() + byte, a.begin() + byte + item, b.begin() + byte)) continue;
            ++audit.changed;
            for (Index axis = static_cast<Index>(sizes.size()) - 1, rest = row; axis >= 0; --axis) {
                const auto n = static_cast<std::size_t>(axis);
                leading[n].insert(rest % sizes[n]);
                rest /= sizes[n];
            }
            heads.insert(i / head_width), dims.insert(i % head_width);
            groups.insert(i / s.width), within.insert(i % s.width);
        }
    for (std::size_t axis = 0; axis < sizes.size(); ++axis)
        audit.leading.push_back(narrowest(leading[axis], sizes[axis]));
    audit.heads = narrowest(heads, d.groups * s.heads), audit.dims = narrowest(dims, head_width);
    audit.groups = narrowest(groups, d.groups), audit.channels = narrowest(within, s.width);
    return audit;
}

/// A copy in which the lowest bit of each value is flipped with a chance of one in `rarity`.
at::Tensor flipped(const at::Tensor& t, random_numbers& random, std::uint64_t rarity) {
    const at::Tensor copy = t.clone(at::MemoryFormat::Contiguous);
    auto* bytes = static_cast<unsigned char*>(copy.data_ptr());
    for (Index i = 0; i < copy.numel(); ++i)
        if (random() % rarity == 0) bytes[i * static_cast<Index>(copy.element_size())] ^= 1;
    return copy;
}

}  // namespace

TEST_CASE("counts and ranges equal those found by walking through all values") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        for_all(layout_text(facts_of<L>), 30, [] {
            random_numbers random = draw_numbers();
            const activation a = draw_activation(draw_leading(0), L::width, one_of(every_dtype()), random, once_in(2));
            const at::Tensor after = flipped(a.view, random, one_of<std::uint64_t>({1, 3, 40}));
            RC_LOG() << a.text << "\n";
            const AuditReport report = audit(borrow<L>(a.view), borrow<L>(after));
            Index changed = 0;
            for_each_component<L>([&]<class C>(std::type_identity<C>, std::size_t at) {
                const ComponentAudit expected = walked(definition_of<L>(), at, a.view, after);
                const ComponentAudit& found = report.components[at];
                RC_ASSERT(found.values == expected.values);
                RC_ASSERT(found.changed == expected.changed);
                RC_ASSERT(found.leading == expected.leading);
                RC_ASSERT(found.heads == expected.heads);
                RC_ASSERT(found.dims == expected.dims);
                RC_ASSERT(found.groups == expected.groups);
                RC_ASSERT(found.channels == expected.channels);
                changed += expected.changed;
            });
            RC_ASSERT(report.changed() == changed);
            RC_ASSERT(report.values() == a.view.numel());
            RC_ASSERT(report.identical() == same_bits(a.view, after));
        });
    });
}

TEST_CASE("a copy is bit-identical, whatever its values, and auditing writes nothing") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        for_all(layout_text(facts_of<L>), 20, [] {
            random_numbers random = draw_numbers();
            const activation a = draw_activation(draw_leading(0), L::width, one_of(every_dtype()), random, true);
            const std::vector<char> bytes = storage_bytes(a.base);
            const AuditReport report = audit(borrow<L>(a.view), borrow<L>(a.view).clone());
            RC_ASSERT(report.identical());
            RC_ASSERT(to_string(report).find("0 of " + std::to_string(a.view.numel()) + " values: ") == 0);
            RC_ASSERT(to_string(report).find("bit-identical") != std::string::npos);
            RC_ASSERT(storage_bytes(a.base) == bytes);
        });
    });
}

TEST_CASE("a change of a head or of adjacent dims at some tokens is reported as a box") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        const View<L> before = borrow<L>(at::ones({2, 5, L::width}));
        CAPTURE(layout_text(facts_of<L>));
        for_each_component<L>([&]<class C>(std::type_identity<C>, std::size_t at) {
            CAPTURE(C::name);
            constexpr Index heads = suture::detail::groups_of<L> * C::heads;
            const AuditReport one_head = audit(before, before | on<C>(tokens(1, 3), head<heads - 1>).zero());
            const ComponentAudit& found = one_head.components[at];
            CHECK(found.changed == 2 * 2 * C::head_width);
            CHECK(one_head.changed() == found.changed);
            CHECK(found.is_box());
            const std::string place =
                heads > 1 ? "[tokens 1:3, head " + std::to_string(heads - 1) + "]" : "[tokens 1:3]";
            CHECK(says(to_string(one_head), ", all in " + found.name + place));

            constexpr Index end = C::width > 1 ? C::width - 1 : 1;
            const ComponentAudit dimmed = audit(before, before | on<C>(batch(1), dims<0, end>).zero()).components[at];
            CHECK(dimmed.changed == 5 * end);
            CHECK(dimmed.is_box());
            CHECK((dimmed.leading == std::vector<AuditRange>{{1, 2, 2}, {0, 5, 5}}));
            CHECK((dimmed.groups == AuditRange{0, 1, suture::detail::groups_of<L>}));
            CHECK((dimmed.channels == AuditRange{0, end, C::width}));

            constexpr Index some = C::head_width > 1 ? C::head_width - 1 : 1;
            const ComponentAudit of_each_head =
                audit(before, before | on<C>(suture::heads(), dims<0, some>).zero()).components[at];
            CHECK(of_each_head.changed == 10 * heads * some);
            CHECK(of_each_head.is_box());
            CHECK((of_each_head.heads == AuditRange{0, heads, heads}));
            CHECK((of_each_head.dims == AuditRange{0, some, C::head_width}));
        });
    });
}

namespace {
using Small = Fused<2304, Q<768>, K<768>, V<768>>;
using NeoX = NeoXQkv<3, 4>;

template <class A, class B>
concept auditable = requires(const A& a, const B& b) {
    audit(a, b);
};
template <class L, class A, class B>
concept auditable_as = requires(const A& a, const B& b) {
    audit<L>(a, b);
};
}  // namespace

TEST_CASE("bits are compared: NaN equals the same NaN and 0 is not -0") {
    using L = Resid<3>;
    const double nan = std::nan("");
    const at::Tensor before = at::tensor({nan, 0.0, 1.0}), after = at::tensor({nan, -0.0, 1.0});
    const AuditReport report = audit<L>(before, after);
    CHECK(to_string(report) == "1 of 3 values, all in Resid[1:2]");
    CHECK(report["Resid"].max_difference == 0);
}

TEST_CASE("differences are measured, and new NaNs and infinities counted") {
    using L = Fused<4, Q<3>, K<1>>;
    const double nan = std::nan(""), inf = std::numeric_limits<double>::infinity();
    const AuditReport finite = audit<L>(at::tensor({1.0, 2.0, 3.0, 4.0}), at::tensor({1.0, -1.5, 3.25, 4.0}));
    CHECK(finite["Q"].max_difference == 3.5);
    CHECK(finite["K"].max_difference == 0);
    const AuditReport special = audit<L>(at::tensor({1.0, nan, 3.0, inf}), at::tensor({nan, 2.0, 5.0, 1.0}));
    CHECK(special["Q"].became_nan == 1);
    CHECK(special["Q"].max_difference == 2);
    CHECK(special["K"].max_difference == inf);
    CHECK(special["K"].became_infinite == 0);
    const AuditReport infinite = audit<L>(at::tensor({1.0, 1.0, 1.0, 1.0}), at::tensor({nan, inf, -inf, 1.0}));
    CHECK(infinite["Q"].became_infinite == 2);
    CHECK(to_string(infinite) == "3 of 4 values, all of Q; K bit-identical; 1 became NaN; 2 became infinite");
}

TEST_CASE("differences of integers are exact where float64 cannot represent them and int64 cannot hold them") {
    using L = Fused<2, Q<1>, K<1>>;
    const auto difference = [](std::int64_t before, std::int64_t after) {
        const auto found = audit<L>(at::full({2}, before, at::kLong), at::full({2}, after, at::kLong));
        return found["K"].max_difference;
    };
    const std::int64_t large = std::int64_t{1} << 53, least = std::numeric_limits<std::int64_t>::min(),
                       most = std::numeric_limits<std::int64_t>::max();
    CHECK(difference(large, large + 1) == 1);
    CHECK(difference(large + 1, large) == 1);
    CHECK(difference(most - 1, most) == 1);
    CHECK(difference(least, least + 3) == 3);
    CHECK(difference(-1, 0) == 1);
    CHECK(difference(least, most) == 0x1p64);
    CHECK(difference(-(large + 1), large + 2) == 2.0 * static_cast<double>(large) + 4);  // 3 more, rounded to even
}

TEST_CASE("bools, bytes and complex numbers are compared, conjugated views by their values") {
    using L = Fused<4, Q<2>, K<2>>;
    const at::Tensor yes = at::ones({3, 4}, at::kBool), other = yes.clone();
    other[1][2].fill_(false);
    CHECK(to_string(audit<L>(yes, other)) == "1 of 12 values, all in K[token 1, 0:1]; Q bit-identical");
    const at::Tensor z = at::complex(at::ones({3, 4}), at::full({3, 4}, 2.0));
    const AuditReport conjugated = audit<L>(z, z.conj());
    CHECK(conjugated.changed() == 12);
    CHECK(conjugated["Q"].max_difference == 4);
    CHECK(audit<L>(z.conj(), z.conj().resolve_conj()).identical());
    const at::Tensor halves = at::complex(at::ones({3, 4}), at::ones({3, 4})).to(at::kComplexHalf),
                     moved = halves.clone();
    at::view_as_real(moved)[2][3][1].fill_(4);
    CHECK(to_string(audit<L>(halves, moved)) == "1 of 12 values, all in K[token 2, 1:2]; Q bit-identical");
    CHECK(audit<L>(halves, moved)["K"].max_difference == 3);
    const at::Tensor bytes = at::full({3, 4}, 200, at::kByte);
    CHECK(audit<L>(bytes, at::full({3, 4}, 10, at::kByte))["K"].max_difference == 190);
}

TEST_CASE("views, Owneds and tensors of one layout can be audited together") {
    const View<NeoX> before = borrow<NeoX>(at::ones({1, 5, 36}));
    Owned<NeoX> after = before.clone();
    after |= on<V>(head<2>).zero();
    const std::string expected = "20 of 180 values, all in V[head 2]; Q and K bit-identical";
    CHECK(to_string(audit(before, after)) == expected);
    CHECK(to_string(audit<NeoX>(before, after.view().unsafe_tensor())) == expected);
    CHECK(to_string(audit<NeoX>(before.unsafe_tensor(), after)) == expected);
    CHECK(to_string(audit(before[on<V>()], after.view()[on<V>()])) == "20 of 60 values, all in V[head 2]");
}

TEST_CASE("tensors with gradients can be audited") {
    const at::Tensor before = at::ones({2, 6}).requires_grad_(true);
    using L = Fused<6, Q<2>, K<4>>;
    CHECK(audit(borrow<L>(before), borrow<L>(before) | on<K>().multiply(2)).changed() == 8);
}

TEST_CASE("activations that cannot be compared are refused") {
    using L = Fused<6, Q<2>, K<4>>;
    const at::Tensor t = at::ones({2, 6});
    CHECK(message_of<ShapeError>([&] {
              (void)audit<L>(t, at::ones({3, 6}));
          }) ==
          "the activation was float32 [2, 6] on cpu before the edit and float32 [3, 6] on cpu after it: compare an "
          "activation "
          "with its own edited copy");
    CHECK(says(message_of<TypeError>([&] {
                   (void)audit<L>(t, at::ones({2, 6}, at::kHalf));
               }),
               "float32", "float16", "to()"));
    CHECK(says(message_of<TypeError>([&] { (void)audit<L>(t, at::ones({2, 6}, at::kMeta)); }), "on cpu", "on meta"));
    const at::Tensor meta = at::ones({2, 6}, at::kMeta);
    CHECK(says(message_of<TypeError>([&] { (void)audit<L>(meta, meta); }), "no values to compare"));
    CHECK(says(message_of<ShapeError>([&] { (void)audit<L>(t, at::ones({2, 5})); }), "Fused<6, Q<2>, K<4>>", "[2, 5]"));
    CHECK(says(message_of<TypeError>([&] { (void)audit<L>(at::Tensor(), t); }),
               "before the edit: Fused<6, Q<2>, K<4>> needs [..., 6]", "the tensor is undefined"));
    CHECK(says(message_of<TypeError>([&] { (void)audit<L>(t, at::Tensor()); }), "after the edit: ", "undefined"));
    CHECK(says(message_of<TypeError>([&] { (void)audit<L>(borrow<L>(t), at::Tensor()); }), "after the edit: "));
}

TEST_CASE("raw tensors and different layouts cannot be audited") {
    static_assert(auditable<View<NeoX>, Owned<NeoX>>);
    static_assert(!auditable<View<NeoX>, View<Small>>);
    static_assert(!auditable<at::Tensor, at::Tensor>);
    static_assert(!auditable<View<NeoX>, at::Tensor>);
    static_assert(auditable_as<NeoX, at::Tensor, View<NeoX>>);
    static_assert(!auditable_as<NeoX, at::Tensor, View<Small>>);
}
