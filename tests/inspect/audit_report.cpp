// The sentences of audits: where something changed, in the words of selectors.
#include "suture/inspect/audit_report.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/inspect/audit.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/ones.h>

#include <sstream>
#include <string>
#include <vector>

namespace {
using namespace suture;
using suture_test::message_of;
using suture_test::says;

using Small = Fused<2304, Q<768>, K<768>, V<768>>;
using SmallHeads = Gpt2Qkv<768, 12>;
using NeoX = NeoXQkv<3, 4>;

template <Layout L>
View<L> ones_as(Index tokens = 5) {
    return borrow<L>(at::ones({1, tokens, L::width}));
}

template <Layout L, class R>
std::string sentence(const R& recipe, Index tokens = 5) {
    return to_string(audit(ones_as<L>(tokens), ones_as<L>(tokens) | recipe));
}
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

TEST_CASE("the sentence covers no change, every change, and whole components") {
    CHECK(sentence<Small>(on<Q>().multiply(1)) == "0 of 11520 values: Q, K and V bit-identical");
    CHECK(sentence<Small>(on<K>().zero()) == "3840 of 11520 values, all of K; Q and V bit-identical");
    CHECK(sentence<Small>(on<Small>().zero()) == "11520 of 11520 values: all 3840 of Q, all 3840 of K, all 3840 of V");
    CHECK(sentence<Resid<4>>(on<Resid>(token(0)).zero()) == "4 of 20 values, all in Resid[token 0]");
}

TEST_CASE("several changed components are listed one by one") {
    CHECK(sentence<SmallHeads>(on<Q>(token(4), dims<0, 10>).zero() | on<V>(token(4), head<3>).zero()) ==
          "74 of 11520 values: 10 in Q[token 4, 0:10], 64 in V[token 4, head 3]; K bit-identical");
}

TEST_CASE("channels are named as selectors name them") {
    CHECK(says(sentence<SmallHeads>(on<Q>(heads<2, 5>).zero()), "all in Q[heads 2:5];"));
    CHECK(says(sentence<SmallHeads>(on<Q>(head<3>, dims<0, 10>).zero()), "all in Q[head 3, 0:10];"));
    CHECK(says(sentence<SmallHeads>(on<Q>(heads<0, 12>, dims<0, 10>).zero()), "all in Q[heads 0:12, 0:10];"));
    CHECK(says(sentence<SmallHeads>(on<Q>(dims<60, 70>).zero()), "all in Q[60:70];"));
    CHECK(says(sentence<SmallHeads>(on<Q>(dims<64, 192>).zero()), "all in Q[heads 1:3];"));
    CHECK(says(sentence<NeoX>(on<K>(token(2), head<1>).zero()), "4 of 180 values, all in K[token 2, head 1];"));
    CHECK(says(sentence<NeoX>(on<K>(dims<1, 3>).zero()), "10 of 180 values, all in K[head 0, 1:3];"));
    CHECK(says(sentence<NeoX>(on<K>(heads<0, 3>, dims<1, 3>).zero()), "30 of 180 values, all in K[heads 0:3, 1:3];"));
    CHECK(says(sentence<NeoX>(on<K>(dims<4, 12>).zero()), "all in K[heads 1:3];"));
    CHECK(says(sentence<NeoX>(on<K>(dims<3, 6>).zero()), "15 of 180 values, in 15 places of K within [heads 0:2];"));
    CHECK(says(sentence<NeoX>(on<K>(head<0>, dims<1, 3>).zero()), "all in K[head 0, 1:3];"));
    // Falcon: two groups of three query heads.
    using Falcon = FalconQkv<6, 2, 4>;
    CHECK(says(sentence<Falcon>(on<Q>(head<4>).zero()), "all in Q[head 4];"));
    CHECK(says(sentence<Falcon>(on<Q>(dims<3, 6>).zero()), "all in Q[group 0, 3:6];"));
    CHECK(says(sentence<Falcon>(on<Q>(heads<3, 6>).zero()), "all in Q[heads 3:6];"));
    const at::Tensor before = at::ones({40}), after = before.clone();
    after.narrow(0, 20 + 3, 3).zero_();
    CHECK(says(to_string(audit<Falcon>(before, after)), "3 of 40 values, all in Q[group 1, 3:6];"));
    after.narrow(0, 3, 3).zero_();
    CHECK(says(to_string(audit<Falcon>(before, after)), "6 of 40 values, all in Q[groups 0:2, 3:6];"));
}

TEST_CASE("positions are named by their axes, whatever the axes before the channels are") {
    using L = Fused<4, Q<2>, K<2>>;
    const auto at_place = [](std::vector<Index> sizes, const auto& change) {
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

TEST_CASE("a change that does not fill a box is reported as scattered places") {
    const at::Tensor before = at::ones({1, 12, 2304}), after = before.clone();
    for (Index i = 0; i < 37; ++i) after[0][2 + i % 7][i * 63 / 36].zero_();
    CHECK(to_string(audit<Small>(before, after)) ==
          "37 of 27648 values, in 37 places of Q within [tokens 2:9, 0:64]; K and V bit-identical");
    after[0][0][768].zero_(), after[0][11][1535].zero_();
    CHECK(to_string(audit<Small>(before, after)) ==
          "39 of 27648 values: 37 places of Q within [tokens 2:9, 0:64], 2 places all over K; V bit-identical");
}

TEST_CASE("two components of one name are distinguished") {
    using Twice = Fused<10, Q<4, 2>, Q<6>>;
    const AuditReport report = audit(ones_as<Twice>(), ones_as<Twice>() | on<Q<6>>().zero());
    CHECK(to_string(report) == "30 of 50 values, all of Q<6>; Q<4, 2> bit-identical");
    CHECK(report["Q<6>"].changed == 30);
    CHECK(message_of<ValueError>([&] { (void)report["K"]; }) ==
          "the audit has no component K: ask for one of Q<4, 2>, Q<6>");
}
