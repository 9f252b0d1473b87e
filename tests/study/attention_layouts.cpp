// The list of layouts that a layout check tries is the catalogue's, said once more as values: both must agree.
#include "suture/study/attention_layouts.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/tensor/describe.hpp"

#include "doctest.hpp"

#include <string>
#include <utility>
#include <vector>

namespace {
using namespace suture;

std::vector<std::pair<std::string, std::string>> texts(const std::vector<suture::detail::known_layout>& layouts) {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& layout : layouts) all.emplace_back(layout.name, layout_text(layout.facts()));
    return all;
}
template <Layout L>
std::string roles() { return suture::detail::roles_of(facts_of<L>); }
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
    CHECK((names_for<Gpt2Qkv<12, 3>>() == list{"Falcon7bQkv<7, 4>", "NeoXQkv<3, 4>"}));
    CHECK((names_for<NeoXQkv<3, 4>>() == list{"Falcon7bQkv<7, 4>", "Gpt2Qkv<12, 3>"}));
    CHECK((names_for<Falcon7bQkv<7, 4>>() == list{"Gpt2Qkv<12, 3>", "NeoXQkv<3, 4>"}));
    CHECK((names_for<FalconQkv<6, 3, 4>>() ==
           list{"Falcon7bQkv<10, 4>", "Phi3Qkv<8, 2, 4>", "FalconQkv<8, 2, 4>", "Phi3Qkv<6, 3, 4>", "Gpt2Qkv<16, 4>",
                "NeoXQkv<4, 4>", "CodeGenQkv<16, 4>"}));
    // Without heads: any width of heads that divides the declared queries and keys.
    CHECK((names_for<Fused<12, Q<4>, K<4>, V<4>>>() == list{"NeoXQkv<2, 2>", "NeoXQkv<4, 1>", "CodeGenQkv<4, 4>"}));
    CHECK(names_for<Gpt2CrossKv<8, 2>>().empty());
}

TEST_CASE("the parts of a component cover it, its edges first") {
    const auto runs_of_parts = [](const component_facts& c, const run& all) {
        std::vector<std::pair<std::string, extent>> found;
        for (const auto& part : suture::detail::parts_of(c, all)) {
            CHECK(part.channels.inside(all.offset + all.groups * all.period));
            found.emplace_back(part.text, part.channels.offset);
        }
        return found;
    };
    using parts = std::vector<std::pair<std::string, extent>>;
    CHECK((runs_of_parts({"K", 6, 3}, run_of<Gpt2Qkv<6, 3>, K<6, 3>>) == parts{{"all of it", 6},
                                                                               {"its first channel", 6},
                                                                               {"its last channel", 11},
                                                                               {"head 0", 6},
                                                                               {"head 1", 8},
                                                                               {"head 2", 10}}));
    using Falcon = FalconQkv<4, 2, 3>;  // groups of Q 6, K 3, V 3
    CHECK((runs_of_parts({"Q", 6, 2}, run_of<Falcon, Q<6, 2>>) == parts{{"all of it", 0},
                                                                        {"its first channel", 0},
                                                                        {"its last channel", 5},
                                                                        {"head 0", 0},
                                                                        {"head 1", 3},
                                                                        {"head 2", 12},
                                                                        {"head 3", 15}}));
    const auto sixteenths = suture::detail::parts_of({"K", 100, 1}, {100, 100, 1, 300});
    REQUIRE(sixteenths.size() == 3 + 16);
    extent at = 100;
    for (std::size_t i = 3; i < sixteenths.size(); at += sixteenths[i++].channels.width)
        CHECK(sixteenths[i].channels.offset == at);
    CHECK(at == 200);
    CHECK(sixteenths[4].text == "channels 6:12");
}
