// The catalogue against the numbers of published models: widths as in their checkpoints, channels counted
// by hand from "groups of ordered segments", heads found by hand.
#include <suture/core/catalogue.hpp>
#include <suture/core/where.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace suture;
using namespace suture::detail;

/// A segment as a model's code defines it: its component, and its number of channels in one group.
struct Segment {
    std::string name;
    Index width;
};

/// Whether L packs `groups` times these segments, in this order, into `width` channels.
template <Layout L>
void check_packing(Index width, Index groups, const std::vector<Segment>& segments) {
    CHECK(L::width == width);
    CHECK(groups_of<L> == groups);
    REQUIRE(facts_of<L>.count == segments.size());
    // The channels of each segment, counted one by one.
    std::vector<std::vector<Index>> expected(segments.size());
    Index channel = 0;
    for (Index g = 0; g < groups; ++g)
        for (std::size_t s = 0; s < segments.size(); ++s)
            for (Index i = 0; i < segments[s].width; ++i) expected[s].push_back(channel++);
    CHECK(channel == width);
    for (std::size_t s = 0; s < segments.size(); ++s) {
        CHECK(std::string(facts_of<L>.components[s].name) == segments[s].name);
        CHECK(facts_of<L>.components[s].width == segments[s].width);
        const StridedSlice& r = slices_of<L>[s];
        CHECK(r.inside(width));
        REQUIRE(r.channels() == static_cast<Index>(expected[s].size()));
        bool same_channels = true;
        for (Index i = 0; i < r.channels(); ++i)
            same_channels = same_channels && r.channel(i) == expected[s][static_cast<std::size_t>(i)];
        CHECK(same_channels);
    }
}

/// The first channel of head H.
template <Layout L, ComponentOf<L> C, Index H>
inline constexpr Index head_offset = [] {
    constexpr BoundChannels head = bind_channels(packed_part<L, C>, static_channels<StaticHeads<H, H + 1, true>>);
    static_assert(place_fault<Exactly<C>, L, StaticHeads<H, H + 1, true>> == Fault::none);
    static_assert(head.slice().width == C::head_width && head.slice().groups == 1);
    return head.slice().offset;
}();

/// The first channels of all heads of C.
template <Layout L, ComponentOf<L> C>
std::vector<Index> head_offsets() {
    return []<std::size_t... H>(std::index_sequence<H...>) {
        return std::vector<Index>{head_offset<L, C, static_cast<Index>(H)>...};
    }
    (std::make_index_sequence<static_cast<std::size_t>(packed_part<L, C>.heads)>{});
}

}  // namespace

TEST_CASE("GPT-2 packs query, key and value side by side") {
    using Small = Gpt2Qkv<768, 12>;
    check_packing<Small>(2304, 1, {{"Q", 768}, {"K", 768}, {"V", 768}});
    static_assert(offset<Small, K<768, 12>> == 768);
    static_assert(offset<Small, V<768, 12>> == 1536);
    static_assert(std::is_same_v<Small, Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>>);
    check_packing<Gpt2Qkv<1024, 16>>(3072, 1, {{"Q", 1024}, {"K", 1024}, {"V", 1024}});
    check_packing<Gpt2Qkv<1280, 20>>(3840, 1, {{"Q", 1280}, {"K", 1280}, {"V", 1280}});
    check_packing<Gpt2Qkv<1600, 25>>(4800, 1, {{"Q", 1600}, {"K", 1600}, {"V", 1600}});
    CHECK(head_offset<Small, Q<768, 12>, 3> == 192);
    CHECK(head_offset<Small, K<768, 12>, 3> == 768 + 192);
    CHECK(head_offset<Small, V<768, 12>, 11> == 2304 - 64);
}

TEST_CASE("GPT-2's cross-attention packs key and value") {
    check_packing<Gpt2CrossKv<768, 12>>(1536, 1, {{"K", 768}, {"V", 768}});
    CHECK(head_offset<Gpt2CrossKv<768, 12>, V<768, 12>, 1> == 832);
}

TEST_CASE("StarCoder has one key and one value head after all queries") {
    using StarCoder = BigCodeMqaQkv<6144, 48>;
    check_packing<StarCoder>(6400, 1, {{"Q", 6144}, {"K", 128}, {"V", 128}});
    static_assert(packed_part<StarCoder, Q<6144, 48>>.heads == 48);
    static_assert(packed_part<StarCoder, K<128>>.heads == 1);
    CHECK(head_offset<StarCoder, Q<6144, 48>, 47> == 6016);
    CHECK(head_offset<StarCoder, V<128>, 0> == 6272);
}

TEST_CASE("Falcon-7B has one key and one value head after 71 queries") {
    using Falcon7b = Falcon7bQkv<71, 64>;
    check_packing<Falcon7b>(4672, 1, {{"Q", 4544}, {"K", 64}, {"V", 64}});
    CHECK(head_offset<Falcon7b, Q<4544, 71>, 70> == 4480);
    CHECK(head_offset<Falcon7b, K<64>, 0> == 4544);
    CHECK(head_offset<Falcon7b, V<64>, 0> == 4608);
}

TEST_CASE("Phi-3 and Phi-4 pack all queries, all keys, all values") {
    check_packing<Phi3Qkv<32, 32, 96>>(9216, 1, {{"Q", 3072}, {"K", 3072}, {"V", 3072}});
    using Phi4 = Phi3Qkv<40, 10, 128>;
    check_packing<Phi4>(7680, 1, {{"Q", 5120}, {"K", 1280}, {"V", 1280}});
    static_assert(packed_part<Phi4, Q<5120, 40>>.heads == 40);
    static_assert(packed_part<Phi4, K<1280, 10>>.heads == 10);
    CHECK(head_offset<Phi4, K<1280, 10>, 9> == 5120 + 1152);
}

TEST_CASE("ChatGLM2, GLM-4, DBRX and Baichuan-M1 pack like Phi-3") {
    check_packing<BaichuanM1Qkv<40, 8, 128>>(7168, 1, {{"Q", 5120}, {"K", 1024}, {"V", 1024}});
    check_packing<ChatGlmQkv<32, 2, 128>>(4608, 1, {{"Q", 4096}, {"K", 256}, {"V", 256}});
    check_packing<DbrxQkv<48, 8, 128>>(8192, 1, {{"Q", 6144}, {"K", 1024}, {"V", 1024}});
}

TEST_CASE("GPT-NeoX and Pythia interleave query, key and value head by head") {
    using Pythia70m = NeoXQkv<8, 64>;
    check_packing<Pythia70m>(1536, 8, {{"Q", 64}, {"K", 64}, {"V", 64}});
    check_packing<NeoXQkv<40, 128>>(15360, 40, {{"Q", 128}, {"K", 128}, {"V", 128}});
    check_packing<NeoXQkv<64, 96>>(18432, 64, {{"Q", 96}, {"K", 96}, {"V", 96}});
    CHECK(head_offset<Pythia70m, Q<64>, 3> == 3 * 192);
    CHECK(head_offset<Pythia70m, K<64>, 3> == 3 * 192 + 64);
    CHECK(head_offset<Pythia70m, V<64>, 3> == 3 * 192 + 128);
}

TEST_CASE("BLOOM, GPT-BigCode with all heads, Falcon-RW and ChatGLM2 without multi-query interleave like GPT-NeoX") {
    check_packing<ChatGlmMhaQkv<32, 128>>(12288, 32, {{"Q", 128}, {"K", 128}, {"V", 128}});
    check_packing<BloomQkv<112, 128>>(43008, 112, {{"Q", 128}, {"K", 128}, {"V", 128}});
    check_packing<BloomQkv<16, 64>>(3072, 16, {{"Q", 64}, {"K", 64}, {"V", 64}});
    check_packing<BigCodeMhaQkv<16, 128>>(6144, 16, {{"Q", 128}, {"K", 128}, {"V", 128}});
    check_packing<FalconRwQkv<32, 64>>(6144, 32, {{"Q", 64}, {"K", 64}, {"V", 64}});
}

TEST_CASE("Falcon-40B puts each key and value after its sixteen queries") {
    using Falcon40b = FalconQkv<128, 8, 64>;
    check_packing<Falcon40b>(9216, 8, {{"Q", 1024}, {"K", 64}, {"V", 64}});
    static_assert(packed_part<Falcon40b, Q<1024, 16>>.heads == 128);
    static_assert(packed_part<Falcon40b, K<64>>.heads == 8);
    // Head 17 is at place 1 of group 1; a group is 16 query heads, a key and a value of 64.
    static_assert(head_offset<Falcon40b, Q<1024, 16>, 17> == (16 + 1 + 1) * 64 + 64);
    static_assert(head_offset<Falcon40b, Q<1024, 16>, 15> == 960);
    static_assert(head_offset<Falcon40b, Q<1024, 16>, 16> == 1152);
    static_assert(head_offset<Falcon40b, Q<1024, 16>, 127> == 9216 - 3 * 64);
    static_assert(head_offset<Falcon40b, K<64>, 1> == 1152 + 1024);
    static_assert(head_offset<Falcon40b, V<64>, 7> == 9216 - 64);
}

TEST_CASE("Falcon-180B and Falcon-11B are grouped the same way") {
    check_packing<FalconQkv<232, 8, 64>>(15872, 8, {{"Q", 1856}, {"K", 64}, {"V", 64}});
    check_packing<FalconQkv<32, 8, 128>>(6144, 8, {{"Q", 512}, {"K", 128}, {"V", 128}});
}

TEST_CASE("InternLM2 is grouped like Falcon-40B") {
    check_packing<InternLm2Qkv<32, 8, 128>>(6144, 8, {{"Q", 512}, {"K", 128}, {"V", 128}});
    check_packing<InternLm2Qkv<48, 8, 128>>(8192, 8, {{"Q", 768}, {"K", 128}, {"V", 128}});
}

TEST_CASE("CodeGen packs query, value and key in this order, in four groups") {
    using CodeGen350m = CodeGenQkv<1024, 16>;
    check_packing<CodeGen350m>(3072, 4, {{"Q", 256}, {"V", 256}, {"K", 256}});
    check_packing<CodeGenQkv<6144, 24>>(18432, 4, {{"Q", 1536}, {"V", 1536}, {"K", 1536}});
    static_assert(packed_part<CodeGen350m, Q<256, 4>>.heads == 16);
    // Four heads per group: head 5 is at place 1 of group 1.
    static_assert(head_offset<CodeGen350m, Q<256, 4>, 5> == 768 + 64);
    static_assert(head_offset<CodeGen350m, V<256, 4>, 5> == 768 + 256 + 64);
    static_assert(head_offset<CodeGen350m, K<256, 4>, 5> == 768 + 512 + 64);
}

TEST_CASE("Qwen3-Next's full attention puts each head's gate after its query") {
    using Qwen3Next = Qwen3NextQGate<16, 256>;
    check_packing<Qwen3Next>(8192, 16, {{"Q", 256}, {"Gate", 256}});
    CHECK(head_offset<Qwen3Next, Gate<256>, 2> == 2 * 512 + 256);
}

TEST_CASE("Qwen3-Next's linear attention packs q, k, v and z by key head") {
    using Qkvz = Qwen3NextQkvz<16, 32, 128, 128>;
    check_packing<Qkvz>(12288, 16, {{"Q", 128}, {"K", 128}, {"V", 256}, {"Z", 256}});
    static_assert(packed_part<Qkvz, Q<128>>.heads == 16);
    static_assert(packed_part<Qkvz, V<256, 2>>.heads == 32);
    // Value head 3 is the second of key head 1.
    static_assert(head_offset<Qkvz, V<256, 2>, 3> == 768 + 256 + 128);
    static_assert(head_offset<Qkvz, Z<256, 2>, 3> == 768 + 512 + 128);
}

TEST_CASE("Qwen3-Next's linear attention packs beta and alpha by key head") {
    using Ba = Qwen3NextBa<16, 32>;
    check_packing<Ba>(64, 16, {{"Beta", 2}, {"Alpha", 2}});
    CHECK(head_offset<Ba, Beta<2, 2>, 3> == 4 + 1);
    CHECK(head_offset<Ba, Alpha<2, 2>, 3> == 4 + 2 + 1);
}

TEST_CASE("LLaMA-3, Qwen2 and similar models have one layout per projection") {
    check_packing<LlamaQ<32, 128>>(4096, 1, {{"Q", 4096}});
    check_packing<LlamaK<8, 128>>(1024, 1, {{"K", 1024}});
    check_packing<LlamaV<8, 128>>(1024, 1, {{"V", 1024}});
    check_packing<LlamaQ<14, 64>>(896, 1, {{"Q", 896}});
    check_packing<LlamaK<2, 64>>(128, 1, {{"K", 128}});
    static_assert(packed_part<LlamaQ<32, 128>, Q<4096, 32>>.heads == 32);
    CHECK(head_offset<LlamaK<8, 128>, K<1024, 8>, 5> == 640);
}

TEST_CASE("DeepSeek-V3's queries have a rotary part in each head") {
    using Queries = DeepSeekQ<128, 128, 64>;
    check_packing<Queries>(24576, 128, {{"NoPe", 128}, {"Rope", 64}});
    CHECK(head_offset<Queries, Rope<64>, 1> == 192 + 128);
    check_packing<DeepSeekQ<16, 128, 64>>(3072, 16, {{"NoPe", 128}, {"Rope", 64}});
}

TEST_CASE("DeepSeek-V3's compressed keys and values stand before the shared rotary key") {
    check_packing<DeepSeekKvA<512, 64>>(576, 1, {{"Latent", 512}, {"Rope", 64}});
    static_assert(offset<DeepSeekKvA<512, 64>, Rope<64>> == 512);
}

TEST_CASE("DeepSeek-V3 expands to key and value head by head") {
    using Expanded = DeepSeekKvB<128, 128, 128>;
    check_packing<Expanded>(32768, 128, {{"NoPe", 128}, {"V", 128}});
    CHECK(head_offset<Expanded, V<128>, 127> == 32768 - 128);
}

TEST_CASE("Phi-3 and Mixtral put gate before up, as halves") {
    check_packing<MixtralGateUp<14336>>(28672, 1, {{"Gate", 14336}, {"Up", 14336}});
    check_packing<Phi3GateUp<8192>>(16384, 1, {{"Gate", 8192}, {"Up", 8192}});
    static_assert(offset<Phi3GateUp<17920>, Up<17920>> == 17920);
}

TEST_CASE("gpt-oss alternates gate and up, channel by channel") {
    using GptOss = GptOssGateUp<2880>;
    check_packing<GptOss>(5760, 2880, {{"Gate", 1}, {"Up", 1}});
    bool even = true, odd = true;
    for (Index i = 0; i < 2880; ++i) {
        even = even && slice_of<GptOss, Gate<1>>.channel(i) == 2 * i;
        odd = odd && slice_of<GptOss, Up<1>>.channel(i) == 2 * i + 1;
    }
    CHECK(even);
    CHECK(odd);
}

TEST_CASE("Mamba packs the signal before its gate") {
    check_packing<MambaIn<1536>>(3072, 1, {{"X", 1536}, {"Gate", 1536}});
    check_packing<MambaX<48, 16>>(80, 1, {{"Dt", 48}, {"B", 16}, {"C", 16}});
    check_packing<MambaX<160, 16>>(192, 1, {{"Dt", 160}, {"B", 16}, {"C", 16}});
}

TEST_CASE("Mamba-2 packs gate, signal, B, C and step size") {
    using Small = Mamba2In<1536, 1, 128, 24>;
    check_packing<Small>(3352, 1, {{"Gate", 1536}, {"X", 1536}, {"B", 128}, {"C", 128}, {"Dt", 24}});
    static_assert(offset<Small, ssm::Dt<24, 24>> == 3328);
    check_packing<Mamba2In<5120, 1, 128, 80>>(10576, 1,
                                              {{"Gate", 5120}, {"X", 5120}, {"B", 128}, {"C", 128}, {"Dt", 80}});
    using Codestral = Mamba2In<8192, 8, 128, 128>;
    check_packing<Codestral>(18560, 1, {{"Gate", 8192}, {"X", 8192}, {"B", 1024}, {"C", 1024}, {"Dt", 128}});
    CHECK(head_offset<Codestral, ssm::B<1024, 8>, 2> == 16384 + 256);
}

TEST_CASE("every head is where counting through the groups finds it") {
    // Falcon-40B: 8 groups of 16 queries, a key and a value, 64 channels each.
    std::vector<Index> queries, keys, values;
    for (Index group = 0, at = 0; group < 8; ++group) {
        for (int head = 0; head < 16; ++head, at += 64) queries.push_back(at);
        keys.push_back(at), at += 64;
        values.push_back(at), at += 64;
    }
    using Falcon40b = FalconQkv<128, 8, 64>;
    CHECK(head_offsets<Falcon40b, Q<1024, 16>>() == queries);
    CHECK(head_offsets<Falcon40b, K<64>>() == keys);
    CHECK(head_offsets<Falcon40b, V<64>>() == values);
}

TEST_CASE("the same head lies in different channels in two models of the same width") {
    // Pythia-160M and GPT-2 small both have 12 heads of 64 and 2304 channels.
    static_assert(NeoXQkv<12, 64>::width == Gpt2Qkv<768, 12>::width);
    CHECK(head_offset<Gpt2Qkv<768, 12>, K<768, 12>, 2> == 896);
    CHECK(head_offset<NeoXQkv<12, 64>, K<64>, 2> == 448);
}

TEST_CASE("every layout of the catalogue takes dynamic numbers, and can then be that of any size") {
    constexpr Index d = dynamic;
    CHECK(can_be_same<Gpt2Qkv<d, d>, Gpt2Qkv<768, 12>>);
    CHECK(can_be_same<Gpt2CrossKv<d, d>, Gpt2CrossKv<768, 12>>);
    CHECK(can_be_same<BigCodeMqaQkv<d, d>, BigCodeMqaQkv<6144, 48>>);
    CHECK(can_be_same<Falcon7bQkv<d, 64>, Falcon7bQkv<71, 64>>);
    CHECK(can_be_same<Phi3Qkv<d, d, d>, Phi3Qkv<32, 32, 96>>);
    CHECK(can_be_same<ChatGlmQkv<32, d, 128>, ChatGlmQkv<32, 2, 128>>);
    CHECK(can_be_same<BaichuanM1Qkv<d, 8, d>, BaichuanM1Qkv<40, 8, 128>>);
    CHECK(can_be_same<DbrxQkv<d, d, d>, DbrxQkv<48, 8, 128>>);
    CHECK(can_be_same<NeoXQkv<d, d>, NeoXQkv<12, 64>>);
    CHECK(can_be_same<ChatGlmMhaQkv<d, 128>, ChatGlmMhaQkv<32, 128>>);
    CHECK(can_be_same<FalconQkv<d, d, d>, FalconQkv<128, 8, 64>>);
    CHECK(can_be_same<CodeGenQkv<d, d>, CodeGenQkv<1024, 16>>);
    CHECK(can_be_same<Qwen3NextQGate<d, 256>, Qwen3NextQGate<16, 256>>);
    CHECK(can_be_same<LlamaQ<d, d>, LlamaQ<32, 128>>);
    CHECK(can_be_same<LlamaK<8, d>, LlamaK<8, 128>>);
    CHECK(can_be_same<LlamaV<d, 128>, LlamaV<8, 128>>);
    CHECK(can_be_same<Qwen3NextQkvz<d, d, d, d>, Qwen3NextQkvz<16, 32, 128, 128>>);
    CHECK(can_be_same<Qwen3NextBa<d, d>, Qwen3NextBa<16, 32>>);
    CHECK(can_be_same<DeepSeekQ<d, d, d>, DeepSeekQ<128, 128, 64>>);
    CHECK(can_be_same<DeepSeekKvA<d, d>, DeepSeekKvA<512, 64>>);
    CHECK(can_be_same<DeepSeekKvB<d, d, d>, DeepSeekKvB<128, 128, 128>>);
    CHECK(can_be_same<Phi3GateUp<d>, Phi3GateUp<8192>>);
    CHECK(can_be_same<MixtralGateUp<d>, MixtralGateUp<14336>>);
    CHECK(can_be_same<GptOssGateUp<d>, GptOssGateUp<2880>>);
    CHECK(can_be_same<MambaIn<d>, MambaIn<1536>>);
    CHECK(can_be_same<MambaX<d, d>, MambaX<48, 16>>);
    CHECK(can_be_same<Mamba2In<d, d, d, d>, Mamba2In<1536, 1, 128, 24>>);
    CHECK_FALSE(can_be_same<Gpt2Qkv<d, d>, NeoXQkv<12, 64>>);
}
