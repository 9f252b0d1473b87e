// Audits, first as laws over every layout: the counts and ranges of a report are those that walking through all values
// one by one gives. Then the sentences.
#include "suture/study/audit.hpp"

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

#include <cmath>
#include <limits>
#include <set>
#include <sstream>

namespace {

using namespace laws;
using suture_test::message_of;
using suture_test::says;

/// The narrowest range that holds all these places.
AuditRange narrowest(const std::set<extent>& places, extent size) {
    if (places.empty()) return {0, 0, size};
    return {*places.begin(), *places.rbegin() + 1, size};
}

/// The audit of one component by walking through all values.
ComponentAudit walked(const definition& d, std::size_t at, const at::Tensor& before, const at::Tensor& after) {
    const segment& s = d.segments[at];
    const extents channels = d.channels(at), sizes = leading_of(before);
    const std::vector<char> a = bytes_of(before), b = bytes_of(after);
    const auto item = static_cast<extent>(before.element_size());
    const extent head_width = s.width / s.heads;
    std::vector<std::set<extent>> leading(sizes.size());
    std::set<extent> heads, dims, groups, within;
    ComponentAudit audit;
    const extent rows = std::accumulate(sizes.begin(), sizes.end(), extent{1}, std::multiplies<>());
    for (extent row = 0; row < rows; ++row)
        for (extent i = 0; i < static_cast<extent>(channels.size()); ++i) {
            const extent byte = (row * d.width() + channels[static_cast<std::size_t>(i)]) * item;
            ++audit.values;
            if (std::equal(a.begin() + byte, a.begin() + byte + item, b.begin() + byte)) continue;
            ++audit.changed;
            for (extent axis = static_cast<extent>(sizes.size()) - 1, rest = row; axis >= 0; --axis) {
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

/// A copy in which the lowest bit of every value has a chance of one in `rarity` to be flipped.
at::Tensor flipped(const at::Tensor& t, random_numbers& random, std::uint64_t rarity) {
    const at::Tensor copy = t.clone(at::MemoryFormat::Contiguous);
    auto* bytes = static_cast<unsigned char*>(copy.data_ptr());
    for (extent i = 0; i < copy.numel(); ++i)
        if (random() % rarity == 0) bytes[i * static_cast<extent>(copy.element_size())] ^= 1;
    return copy;
}

}  // namespace

TEST_CASE("counts and ranges are those of a walk through all values") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        for_all(layout_text(facts_of<L>), 30, [] {
            random_numbers random = draw_numbers();
            const activation a = draw_activation(draw_leading(0), L::width, one_of(every_dtype()), random, once_in(2));
            const at::Tensor after = flipped(a.view, random, one_of<std::uint64_t>({1, 3, 40}));
            RC_LOG() << a.text << "\n";
            const AuditReport report = audit(borrow<L>(a.view), borrow<L>(after));
            extent changed = 0;
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

TEST_CASE("a copy is bit-identical, whatever it holds, and auditing writes nothing") {
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

TEST_CASE("the change of a head or of a run of dims at some tokens is a box, and said as such") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        const View<L> before = borrow<L>(at::ones({2, 5, L::width}));
        CAPTURE(layout_text(facts_of<L>));
        for_each_component<L>([&]<class C>(std::type_identity<C>, std::size_t at) {
            CAPTURE(C::name);
            constexpr extent heads = heads_of<L, C>;
            const AuditReport one_head = audit(before, before | on<C>(tokens(1, 3), head<heads - 1>).zero());
            const ComponentAudit& found = one_head.components[at];
            CHECK(found.changed == 2 * 2 * C::head_width);
            CHECK(one_head.changed() == found.changed);
            CHECK(found.is_box());
            const std::string place =
                heads > 1 ? "[tokens 1:3, head " + std::to_string(heads - 1) + "]" : "[tokens 1:3]";
            CHECK(says(to_string(one_head), ", all in " + found.name + place));

            constexpr extent end = C::width > 1 ? C::width - 1 : 1;
            const ComponentAudit dimmed = audit(before, before | on<C>(batch(1), dims<0, end>).zero()).components[at];
            CHECK(dimmed.changed == 5 * end * L::groups);
            CHECK(dimmed.is_box());
            CHECK((dimmed.leading == std::vector<AuditRange>{{1, 2, 2}, {0, 5, 5}}));
            CHECK((dimmed.channels == AuditRange{0, end, C::width}));
        });
    });
}

namespace {
using Small = Fused<2304, Q<768>, K<768>, V<768>>;
using SmallHeads = Gpt2Qkv<768, 12>;
using NeoX = NeoXQkv<3, 4>;

template <Layout L>
View<L> ones_as(extent tokens = 5) { return borrow<L>(at::ones({1, tokens, L::width})); }

template <Layout L, class R>
std::string sentence(const R& recipe, extent tokens = 5) {
    return to_string(audit(ones_as<L>(tokens), ones_as<L>(tokens) | recipe));
}
template <class A, class B>
concept auditable = requires(const A& a, const B& b) { audit(a, b); };
template <class L, class A, class B>
concept auditable_as = requires(const A& a, const B& b) { audit<L>(a, b); };
}  // namespace

TEST_CASE("the sentence of ten values of GPT-2 small's query") {
    const std::string expected = "10 of 11520 values, all in Q[token 4, 0:10]; K and V bit-identical";
    CHECK(sentence<Small>(on<Q>(token(4), dims<0, 10>).zero()) == expected);
    CHECK(sentence<SmallHeads>(on<Q>(token(4), dims<0, 10>).zero()) == expected);
    const at::Tensor before = at::ones({1, 5, 2304}), after = before.clone();
    after[0][4].narrow(0, 0, 10).zero_();
    std::ostringstream out;
    out << audit<SmallHeads>(before, after);
    CHECK(out.str() == expected);
}

TEST_CASE("nothing, everything, and whole components are said") {
    CHECK(sentence<Small>(on<Q>().multiply(1)) == "0 of 11520 values: Q, K and V bit-identical");
    CHECK(sentence<Small>(on<K>().zero()) == "3840 of 11520 values, all of K; Q and V bit-identical");
    CHECK(sentence<Small>(on<Small>().zero()) == "11520 of 11520 values: all 3840 of Q, all 3840 of K, all 3840 of V");
    CHECK(sentence<Whole<Resid<4>>>(on<Resid>(token(0)).zero()) == "4 of 20 values, all in Resid[token 0]");
}

TEST_CASE("several components are told one by one") {
    CHECK(sentence<SmallHeads>(on<Q>(token(4), dims<0, 10>).zero() | on<V>(token(4), head<3>).zero()) ==
          "74 of 11520 values: 10 in Q[token 4, 0:10], 64 in V[token 4, head 3]; K bit-identical");
}

TEST_CASE("channels are named as wheres name them") {
    CHECK(says(sentence<SmallHeads>(on<Q>(heads<2, 5>).zero()), "all in Q[heads 2:5];"));
    CHECK(says(sentence<SmallHeads>(on<Q>(head<3>, dims<0, 10>).zero()), "all in Q[head 3, 0:10];"));
    CHECK(says(sentence<SmallHeads>(on<Q>(heads<0, 12>, dims<0, 10>).zero()), "all in Q[heads 0:12, 0:10];"));
    CHECK(says(sentence<SmallHeads>(on<Q>(dims<60, 70>).zero()), "all in Q[60:70];"));
    CHECK(says(sentence<SmallHeads>(on<Q>(dims<64, 192>).zero()), "all in Q[heads 1:3];"));
    CHECK(says(sentence<NeoX>(on<K>(token(2), head<1>).zero()), "4 of 180 values, all in K[token 2, head 1];"));
    CHECK(says(sentence<NeoX>(on<K>(dims<1, 3>).zero()), "all in K[1:3];"));
    CHECK(says(sentence<NeoX>(on<K>(head<0>, dims<1, 3>).zero()), "all in K[head 0, 1:3];"));
    // Falcon: two groups of three query heads.
    using Falcon = FalconQkv<6, 2, 4>;
    CHECK(says(sentence<Falcon>(on<Q>(head<4>).zero()), "all in Q[head 4];"));
    CHECK(says(sentence<Falcon>(on<Q>(dims<3, 6>).zero()), "all in Q[3:6];"));
    CHECK(says(sentence<Falcon>(on<Q>(heads<3, 6>).zero()), "all in Q[heads 3:6];"));
    const at::Tensor before = at::ones({40}), after = before.clone();
    after.narrow(0, 20 + 3, 3).zero_();
    CHECK(says(to_string(audit<Falcon>(before, after)), "3 of 40 values, all in Q[group 1, 3:6];"));
}

TEST_CASE("positions are named by their axes, whatever the axes before the channels are") {
    using L = Fused<4, Q<2>, K<2>>;
    const auto at_place = [](std::vector<extent> sizes, const auto& change) {
        const at::Tensor before = at::ones(sizes), after = before.clone();
        change(after);
        return to_string(audit<L>(before, after));
    };
    CHECK(at_place({4}, [](at::Tensor t) { t[3].zero_(); }) == "1 of 4 values, all in K[1:2]; Q bit-identical");
    CHECK(says(at_place({3, 4}, [](at::Tensor t) { t[1].zero_(); }), "2 in Q[token 1], 2 in K[token 1]"));
    CHECK(says(at_place({2, 3, 4}, [](at::Tensor t) { t[1][2][0].zero_(); }), "Q[batch 1, token 2, 0:1]"));
    CHECK(says(at_place({3, 3, 4}, [](at::Tensor t) { t.narrow(0, 1, 2).zero_(); }), "Q[batches 1:3]"));
    CHECK(says(at_place({2, 5, 3, 4}, [](at::Tensor t) { t.select(1, 3).zero_(); }), "Q[axis 1 at 3]"));
    CHECK(says(at_place({2, 5, 3, 4}, [](at::Tensor t) { t.narrow(1, 3, 2).zero_(); }), "Q[axis 1 at 3:5]"));
}

TEST_CASE("what is no box is said to be none") {
    const at::Tensor before = at::ones({1, 12, 2304}), after = before.clone();
    for (extent i = 0; i < 37; ++i) after[0][2 + i % 7][i * 63 / 36].zero_();
    CHECK(to_string(audit<Small>(before, after)) ==
          "37 of 27648 values, in 37 places of Q within [tokens 2:9, 0:64]; K and V bit-identical");
    after[0][0][768].zero_(), after[0][11][1535].zero_();
    CHECK(to_string(audit<Small>(before, after)) ==
          "39 of 27648 values: 37 places of Q within [tokens 2:9, 0:64], 2 places all over K; V bit-identical");
}

TEST_CASE("two components of one name are told apart") {
    using Twice = Fused<10, Q<4, 2>, Q<6>>;
    const AuditReport report = audit(ones_as<Twice>(), ones_as<Twice>() | on<Q<6>>().zero());
    CHECK(to_string(report) == "30 of 50 values, all of Q<6>; Q<4, 2> bit-identical");
    CHECK(report["Q<6>"].changed == 30);
    CHECK(message_of<ValueError>([&] { (void)report["K"]; }) ==
          "the audit has no component K: name one of Q<4, 2>, Q<6>");
}

TEST_CASE("bits are compared: NaN equals the same NaN and 0 is not -0") {
    using L = Whole<Resid<3>>;
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

TEST_CASE("bools, bytes and complex numbers are compared, conjugated views as what they show") {
    using L = Fused<4, Q<2>, K<2>>;
    const at::Tensor yes = at::ones({3, 4}, at::kBool), other = yes.clone();
    other[1][2].fill_(false);
    CHECK(to_string(audit<L>(yes, other)) == "1 of 12 values, all in K[token 1, 0:1]; Q bit-identical");
    const at::Tensor z = at::complex(at::ones({3, 4}), at::full({3, 4}, 2.0));
    const AuditReport conjugated = audit<L>(z, z.conj());
    CHECK(conjugated.changed() == 12);
    CHECK(conjugated["Q"].max_difference == 4);
    CHECK(audit<L>(z.conj(), z.conj().resolve_conj()).identical());
    const at::Tensor bytes = at::full({3, 4}, 200, at::kByte);
    CHECK(audit<L>(bytes, at::full({3, 4}, 10, at::kByte))["K"].max_difference == 190);
}

TEST_CASE("views, Owneds and tensors of one layout can be audited together") {
    const View<NeoX> before = ones_as<NeoX>();
    Owned<NeoX> after = before.clone();
    after |= on<V>(head<2>).zero();
    const std::string expected = "20 of 180 values, all in V[head 2]; Q and K bit-identical";
    CHECK(to_string(audit(before, after)) == expected);
    CHECK(to_string(audit<NeoX>(before, after.view().unsafe_tensor())) == expected);
    CHECK(to_string(audit<NeoX>(before.unsafe_tensor(), after)) == expected);
    CHECK(to_string(audit(before.get<V>(), after.view().get<V>())) == "20 of 60 values, all in V[head 2]");
}

TEST_CASE("gradients are no obstacle") {
    const at::Tensor before = at::ones({2, 6}).requires_grad_(true);
    using L = Fused<6, Q<2>, K<4>>;
    CHECK(audit(borrow<L>(before), borrow<L>(before) | on<K>().multiply(2)).changed() == 8);
}

TEST_CASE("activations that cannot be compared are refused") {
    using L = Fused<6, Q<2>, K<4>>;
    const at::Tensor t = at::ones({2, 6});
    CHECK(message_of<ShapeError>([&] { (void)audit<L>(t, at::ones({3, 6})); }) ==
          "before the edit there was float32 [2, 6] on cpu and after it float32 [3, 6] on cpu: audit one activation, "
          "with its own edited copy");
    CHECK(says(message_of<TypeError>([&] {
                   (void)audit<L>(t, at::ones({2, 6}, at::kHalf));
               }),
               "float32", "float16", "to()"));
    CHECK(says(message_of<TypeError>([&] { (void)audit<L>(t, at::ones({2, 6}, at::kMeta)); }), "on cpu", "on meta"));
    const at::Tensor meta = at::ones({2, 6}, at::kMeta);
    CHECK(says(message_of<TypeError>([&] { (void)audit<L>(meta, meta); }), "no values to compare"));
    CHECK(says(message_of<ShapeError>([&] { (void)audit<L>(t, at::ones({2, 5})); }), "Fused<6, Q<2>, K<4>>", "[2, 5]"));
    CHECK(says(message_of<TypeError>([&] { (void)audit<L>(at::Tensor(), t); }), "undefined"));
}

TEST_CASE("raw tensors and different layouts cannot be audited") {
    static_assert(auditable<View<NeoX>, Owned<NeoX>>);
    static_assert(!auditable<View<NeoX>, View<Small>>);
    static_assert(!auditable<at::Tensor, at::Tensor>);
    static_assert(!auditable<View<NeoX>, at::Tensor>);
    static_assert(auditable_as<NeoX, at::Tensor, View<NeoX>>);
    static_assert(!auditable_as<NeoX, at::Tensor, View<Small>>);
}
