// The layouts of the catalogue as values say what their types say.
#include "suture/core/published_layouts.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace {

using namespace suture;

constexpr bool says_the_same(const LayoutFacts& a, const LayoutFacts& b) {
    if (a.width != b.width || a.groups != b.groups || a.count != b.count || a.is_component != b.is_component)
        return false;
    for (std::size_t i = 0; i < a.count; ++i) {
        const ComponentFacts &x = a.components[i], &y = b.components[i];
        if (std::string_view(x.name) != y.name || x.width != y.width || x.heads != y.heads) return false;
    }
    return true;
}

/// Whether the layout of this name with these numbers says what the type says, the families of its components included.
template <template <Index...> class L, Index... Numbers>
bool agrees(std::string_view name) {
    const PublishedLayout* layout = find_layout(name);
    if (!layout || layout->name != name) return false;
    const std::optional<LayoutValue> value = layout->of({Numbers...});
    if (!value || !says_the_same(value->facts(), facts_of<L<Numbers...>>)) return false;
    bool same = value->width() == L<Numbers...>::width;
    for (std::size_t i = 0; i < value->count; ++i)
        same = same && *value->components[i].identity == *facts_of<L<Numbers...>>.components[i].identity;
    return same;
}

}  // namespace

TEST_CASE("each layout says what the type of the same name says") {
    const std::vector<bool> found{
        agrees<Gpt2Qkv, 768, 12>("Gpt2Qkv"),
        agrees<Gpt2CrossKv, 768, 12>("Gpt2CrossKv"),
        agrees<BigCodeMqaQkv, 6144, 48>("BigCodeMqaQkv"),
        agrees<Falcon7bQkv, 71, 64>("Falcon7bQkv"),
        agrees<Phi3Qkv, 40, 10, 128>("Phi3Qkv"),
        agrees<ChatGlmQkv, 32, 2, 128>("ChatGlmQkv"),
        agrees<BaichuanM1Qkv, 40, 8, 128>("BaichuanM1Qkv"),
        agrees<DbrxQkv, 48, 8, 128>("DbrxQkv"),
        agrees<NeoXQkv, 64, 96>("NeoXQkv"),
        agrees<BloomQkv, 112, 128>("BloomQkv"),
        agrees<BigCodeMhaQkv, 16, 64>("BigCodeMhaQkv"),
        agrees<FalconRwQkv, 32, 64>("FalconRwQkv"),
        agrees<ChatGlmMhaQkv, 32, 128>("ChatGlmMhaQkv"),
        agrees<FalconQkv, 128, 8, 64>("FalconQkv"),
        agrees<InternLm2Qkv, 32, 8, 128>("InternLm2Qkv"),
        agrees<CodeGenQkv, 1024, 16>("CodeGenQkv"),
        agrees<Qwen3NextQGate, 16, 256>("Qwen3NextQGate"),
        agrees<LlamaQ, 32, 128>("LlamaQ"),
        agrees<LlamaK, 8, 128>("LlamaK"),
        agrees<LlamaV, 8, 128>("LlamaV"),
        agrees<Qwen3NextQkvz, 16, 32, 128, 64>("Qwen3NextQkvz"),
        agrees<Qwen3NextBa, 16, 32>("Qwen3NextBa"),
        agrees<DeepSeekQ, 128, 128, 64>("DeepSeekQ"),
        agrees<DeepSeekKvA, 512, 64>("DeepSeekKvA"),
        agrees<DeepSeekKvB, 128, 128, 96>("DeepSeekKvB"),
        agrees<Phi3GateUp, 8192>("Phi3GateUp"),
        agrees<MixtralGateUp, 14336>("MixtralGateUp"),
        agrees<GptOssGateUp, 2880>("GptOssGateUp"),
        agrees<MambaIn, 1536>("MambaIn"),
        agrees<MambaX, 48, 16>("MambaX"),
        agrees<Mamba2In, 8192, 8, 128, 64>("Mamba2In"),
    };
    REQUIRE(found.size() == published_layouts.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        CAPTURE(published_layouts[i].name);
        CHECK(found[i]);
        CHECK_FALSE(published_layouts[i].models.empty());
    }
}

TEST_CASE("numbers are found among those of a model, by their letters") {
    const auto gpt2 = {NamedNumber{"E", 768}, NamedNumber{"N", 12}, NamedNumber{"G", 12}, NamedNumber{"D", 64}};
    std::vector<std::string_view> as_wide;
    for (const PublishedLayout& layout : published_layouts)
        if (const auto found = layout.of(gpt2); found && found->width() == 2304) as_wide.push_back(layout.name);
    CHECK(as_wide == std::vector<std::string_view>{"Gpt2Qkv", "Phi3Qkv", "ChatGlmQkv", "BaichuanM1Qkv", "DbrxQkv",
                                                   "NeoXQkv", "BloomQkv", "BigCodeMhaQkv", "FalconRwQkv",
                                                   "ChatGlmMhaQkv", "FalconQkv", "InternLm2Qkv", "CodeGenQkv"});
    static_assert(find_layout("Gpt2Qkv")->of({{"N", 12}, {"E", 768}})->width() == 2304);
    static_assert(!find_layout("Phi3GateUp")->of({{"N", 12}, {"E", 768}}));
}

TEST_CASE("numbers that a layout cannot have give nothing") {
    constexpr const PublishedLayout& gpt2 = *find_layout("Gpt2Qkv");
    static_assert(!gpt2.of({768}));
    static_assert(!gpt2.of({768, 12, 64}));
    static_assert(!gpt2.of({768, 13}));
    static_assert(!gpt2.of({0, 12}));
    static_assert(!gpt2.of({768, -12}));
    static_assert(!gpt2.of({dynamic, dynamic}));
    static_assert(gpt2.of({768, 768}));
    constexpr Index most = 1 << 20;
    static_assert(!gpt2.of({most + 1, 1}));
    // The largest products do not overflow, or the compiler would refuse them.
    static_assert(find_layout("Phi3Qkv")->of({most, most, most})->width() == 3 * most * most);
    static_assert(find_layout("FalconQkv")->of({most, 1, most})->width() == (most + 2) * most);
    static_assert(find_layout("Mamba2In")->of({most, most, most, 1})->width() == 2 * most + 2 * most * most + 1);
    // A remainder: 7 queries for 2 keys, 6 heads in 4 groups.
    static_assert(!find_layout("FalconQkv")->of({7, 2, 64}));
    static_assert(!find_layout("Phi3Qkv")->of({7, 2, 64}));
    static_assert(!find_layout("CodeGenQkv")->of({768, 6}));
    static_assert(!find_layout("BigCodeMqaQkv")->of({770, 12}));
    static_assert(!find_layout("Qwen3NextBa")->of({16, 24}));
    static_assert(find_layout("gpt2") == nullptr);
    CHECK(find_layout("Gpt2Qkv<768, 12>") == nullptr);
}
