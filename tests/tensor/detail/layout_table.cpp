// The table of layouts whose numbers only run time knows: equal numbers are one object, in every thread.
#include "suture/tensor/detail/layout_table.hpp"

#include "suture/core/catalogue.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <limits>
#include <set>
#include <thread>
#include <vector>

using namespace suture;
using namespace suture::detail;
using suture_test::message_of;

namespace {
template <Layout L>
std::vector<ComponentFacts> components() {
    return {facts_of<L>.begin(), facts_of<L>.end()};
}
template <Layout L>
const InternedLayout& stored() {
    return LayoutTable::at(components<L>(), groups_of<L>, Component<L>);
}
}  // namespace

TEST_CASE("equal numbers are stored once, others by themselves") {
    CHECK(&stored<Gpt2Qkv<12, 3>>() == &stored<Gpt2Qkv<12, 3>>());
    CHECK(&stored<Gpt2Qkv<12, 3>>() != &stored<Gpt2Qkv<12, 4>>());
    CHECK(&stored<NeoXQkv<3, 4>>() != &stored<NeoXQkv<4, 4>>());
    CHECK(&stored<Q<12, 3>>() != &stored<K<12, 3>>());
    CHECK(stored<Gpt2Qkv<12, 3>>().facts.width == 36);
    CHECK(stored<NeoXQkv<3, 4>>().facts.width == 36);
}

TEST_CASE("the part of a component is stored with the layout") {
    CHECK(stored<Gpt2Qkv<12, 3>>().parts[1] == &stored<K<12, 3>>());
    const InternedLayout& query = *stored<NeoXQkv<3, 4>>().parts[0];
    CHECK(layout_text(query.facts) == "Grouped<3, Q<4>>");
    CHECK(query.parts[0] == &query);
    CHECK(stored<Q<12, 3>>().parts[0] == &stored<Q<12, 3>>());
}

TEST_CASE("threads that store the same numbers at once find one object") {
    std::vector<const InternedLayout*> found(8);
    std::vector<std::thread> threads;
    for (const InternedLayout*& at : found) threads.emplace_back([&at] { at = &stored<Phi3Qkv<64, 8, 3>>(); });
    for (std::thread& t : threads) t.join();
    CHECK(std::set<const InternedLayout*>(found.begin(), found.end()).size() == 1);
}

TEST_CASE("numbers are equal if families, widths, heads and groups are, in order") {
    CHECK(are_same_numbers(facts_of<Gpt2Qkv<12, 3>>, stored<Gpt2Qkv<12, 3>>().facts));
    CHECK_FALSE(are_same_numbers(facts_of<Gpt2Qkv<12, 3>>, facts_of<Gpt2Qkv<12, 4>>));
    CHECK_FALSE(are_same_numbers(facts_of<Q<12, 3>>, facts_of<K<12, 3>>));
    CHECK_FALSE(are_same_numbers(facts_of<Grouped<3, Q<4>>>, facts_of<Grouped<4, Q<3>>>));
    CHECK_FALSE(are_same_numbers(facts_of<Fused<4, Q<2>, K<2>>>, facts_of<Fused<4, K<2>, Q<2>>>));
    CHECK_FALSE(are_same_numbers(facts_of<Grouped<3, Q<4>>>, facts_of<Q<12, 3>>));
}

TEST_CASE("numbers are refused with the sentences of the compiler") {
    const auto refusal = [](Index width, Index heads, Index groups = 1, Index total = dynamic) {
        return message_of<ShapeError>([&] {
            (void)check_numbers({{"Q", width, heads, nullptr}, {"K", 4, 1, nullptr}}, groups, total);
        });
    };
    CHECK(refusal(0, 1) == "a component has no channels: give it a width of at least 1 (Q has 0)");
    CHECK(refusal(-3, 1) == "a component has no channels: give it a width of at least 1 (Q has -3)");
    CHECK(refusal(4, 3) ==
          "the heads do not divide the width: give a width that is heads times head width (Q has 3 heads and 4 "
          "channels)");
    CHECK(refusal(4, 0) ==
          "the heads do not divide the width: give a width that is heads times head width (Q has 0 heads and 4 "
          "channels)");
    CHECK(refusal(4, -2) ==
          "the heads do not divide the width: give a width that is heads times head width (Q has -2 heads and 4 "
          "channels)");
    CHECK(refusal(4, 1, 0) == "a layout without groups: give it at least 1 (it has 0)");
    CHECK(refusal(4, 1, -1) == "a layout without groups: give it at least 1 (it has -1)");
    CHECK(refusal(4, 1, 2, 15) ==
          "the widths do not sum to the width of the layout: correct a width or the total (2 x (Q 4 + K 4) is 16, not "
          "15)");
    constexpr Index most = std::numeric_limits<Index>::max();
    CHECK(refusal(most, 1) ==
          "the widths do not sum to the width of the layout: correct a width or the total (Q 9223372036854775807 + K 4 "
          "is "
          "more than a tensor can have)");
    CHECK(refusal(4, 1, most / 2) ==
          "the widths do not sum to the width of the layout: correct a width or the total (4611686018427387903 x (Q 4 "
          "+ K "
          "4) is more than a tensor can have)");
    CHECK(check_numbers({{"Q", 4, 2, nullptr}, {"K", 4, 1, nullptr}}, 3, 24) == 24);
}
