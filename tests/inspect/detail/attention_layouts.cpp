// The list of layouts that a layout check tries is the catalogue's, said once more as values: both must agree.
#include "suture/inspect/detail/attention_layouts.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/tensor/describe.hpp"

#include "doctest.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {
using namespace suture;

std::vector<std::pair<std::string, std::string>> texts(const std::vector<suture::detail::KnownLayout>& layouts) {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& layout : layouts) all.emplace_back(layout.name, layout_text(layout.facts()));
    return all;
}
template <Layout L>
std::string roles() {
    return suture::detail::roles_of(facts_of<L>);
}
template <Layout L>
std::vector<std::string> names_for() {
    std::vector<std::string> names;
    for (const auto& layout : suture::detail::attention_layouts(facts_of<L>)) {
        CHECK(layout.facts().width == L::width);
        CHECK(suture::detail::roles_of(layout.facts()) != roles<L>());
        names.push_back(layout.name);
    }
    return names;
}
using list = std::vector<std::string>;
}  // namespace

TEST_CASE("each layout is the one that the catalogue has under its name") {
    using suture::detail::layouts_of_heads;
    using expected = std::vector<std::pair<std::string, std::string>>;
    CHECK((texts(layouts_of_heads(8, 8, 2)) ==
           expected{{"Gpt2Qkv<16, 8>", layout_text(facts_of<Gpt2Qkv<16, 8>>)},
                    {"NeoXQkv<8, 2>", layout_text(facts_of<NeoXQkv<8, 2>>)},
                    {"CodeGenQkv<16, 8>", layout_text(facts_of<CodeGenQkv<16, 8>>)}}));
    CHECK((texts(layouts_of_heads(6, 6, 5)).size() == 2));  // CodeGen's four groups do not divide six heads
    CHECK((texts(layouts_of_heads(6, 3, 4)) ==
           expected{{"Phi3Qkv<6, 3, 4>", layout_text(facts_of<Phi3Qkv<6, 3, 4>>)},
                    {"FalconQkv<6, 3, 4>", layout_text(facts_of<FalconQkv<6, 3, 4>>)}}));
    CHECK((texts(layouts_of_heads(6, 1, 4)).front() ==
           std::pair<std::string, std::string>("Falcon7bQkv<6, 4>", layout_text(facts_of<Falcon7bQkv<6, 4>>))));
}

TEST_CASE("the roles of a layout are what stands in its channels") {
    CHECK(roles<Gpt2Qkv<2, 1>>() == "QQKKVV");
    CHECK(roles<NeoXQkv<2, 1>>() == "QKVQKV");
    CHECK(roles<CodeGenQkv<4, 4>>() == "QVKQVKQVKQVK");
    CHECK(roles<FalconQkv<4, 2, 1>>() == "QQKVQQKV");
    CHECK(roles<Qwen3NextQGate<2, 2>>() == "QQ--QQ--");
}

TEST_CASE("what is tried has the declared width, other roles than declared, and no roles twice") {
    const auto begins = [](const list& names, const list& first) {
        return names.size() >= first.size() && std::equal(first.begin(), first.end(), names.begin());
    };
    CHECK(begins(names_for<Gpt2Qkv<12, 3>>(), {"Falcon7bQkv<7, 4>", "NeoXQkv<3, 4>"}));
    CHECK(begins(names_for<NeoXQkv<3, 4>>(), {"Falcon7bQkv<7, 4>", "Gpt2Qkv<12, 3>"}));
    CHECK(begins(names_for<Falcon7bQkv<7, 4>>(), {"Gpt2Qkv<12, 3>", "NeoXQkv<3, 4>"}));
    CHECK(begins(names_for<FalconQkv<6, 3, 4>>(),
                 {"Falcon7bQkv<10, 4>", "Phi3Qkv<8, 2, 4>", "FalconQkv<8, 2, 4>", "Phi3Qkv<6, 3, 4>", "Gpt2Qkv<16, 4>",
                  "NeoXQkv<4, 4>", "CodeGenQkv<16, 4>"}));
    // Without heads: wider ones first.
    CHECK((names_for<Fused<6, Q<2>, K<2>, V<2>>>() == list{"Falcon7bQkv<4, 1>", "NeoXQkv<2, 1>"}));
    CHECK(
        begins(names_for<Fused<12, Q<4>, K<4>, V<4>>>(), {"Falcon7bQkv<2, 3>", "Falcon7bQkv<4, 2>", "NeoXQkv<2, 2>"}));
}

TEST_CASE("a layout is tried whatever heads are declared in its place") {
    const auto tries = [](const list& names, const char* name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    CHECK(tries(names_for<Gpt2Qkv<16, 2>>(), "NeoXQkv<4, 4>"));
    CHECK(tries(names_for<NeoXQkv<2, 8>>(), "NeoXQkv<4, 4>"));
    CHECK(tries(names_for<Fused<48, Q<4>, K<4>, V<40, 2>>>(), "FalconQkv<6, 3, 4>"));
}

TEST_CASE("a component is stood for by channels of every head, its first and last among them") {
    using suture::detail::single_channels;
    const auto taken = []<class L, class C>(std::type_identity<L>, std::type_identity<C>) {
        return single_channels({C::name, C::width, C::heads}, slice_of<L, C>);
    };
    // Few channels are taken one and all.
    using Falcon = FalconQkv<4, 2, 3>;  // groups of Q 6, K 3, V 3
    CHECK((taken(std::type_identity<Falcon>{}, std::type_identity<Q<6, 2>>{}) ==
           std::vector<Index>{0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17}));
    const auto of_gpt2 = taken(std::type_identity<Gpt2Qkv<768, 12>>{}, std::type_identity<K<768, 12>>{});
    CHECK(of_gpt2.size() == 36);
    const auto of_one_head =
        taken(std::type_identity<Fused<2304, Q<768>, K<768>, V<768>>>{}, std::type_identity<K<768>>{});
    CHECK(of_one_head.size() == 32);
    const auto of_many = taken(std::type_identity<NeoXQkv<40, 64>>{}, std::type_identity<V<64>>{});
    CHECK(of_many.size() == 40);
    for (const auto& channels : {of_gpt2, of_one_head}) {
        CHECK(channels.front() == 768);
        CHECK(channels.back() == 1535);
        std::set<Index> distances;
        for (std::size_t i = 1; i < channels.size(); ++i) {
            const Index distance = channels[i] - channels[i - 1];
            CHECK(distance > 0);
            CHECK(distance < 2 * 24);
            distances.insert(distance);
        }
        CHECK(distances.size() > 4);  // no regular grid
    }
    CHECK(of_many.front() == 128);
    CHECK(of_many.back() == 40 * 192 - 1);
}
