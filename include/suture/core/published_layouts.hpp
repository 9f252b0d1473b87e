// The layouts of the catalogue as values, for programs that learn at run time which model they have: each under its name,
// with the models that it is of and the numbers that it takes.
// Law: `find_layout("Gpt2Qkv")->of({768, 12})->facts()` says what `facts_of<Gpt2Qkv<768, 12>>` says, for each of them.
#pragma once

#include "suture/core/catalogue.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

/// A layout with its numbers, as a value that holds its components.
struct LayoutValue {
    static constexpr std::size_t most_components = 5;

    Index groups = 1;
    std::array<ComponentFacts, most_components> components{};
    std::size_t count = 0;
    bool is_component = false;  ///< a component alone

    /// The channels of an activation.
    constexpr Index width() const {
        Index period = 0;
        for (std::size_t i = 0; i < count; ++i) period += components[i].width;
        return period * groups;
    }
    /// What `Extents`, `describe` and `layout_text` take. @pre the value outlives the facts
    constexpr LayoutFacts facts() const& { return {width(), groups, components.data(), count, is_component}; }
    void facts() const&& = delete;
};

/// A number of a model by its letter in the catalogue: `{"N", 12}`.
struct NamedNumber {
    std::string_view name;
    Index number;
};

/// A layout of the catalogue as a value. Its numbers are still to be given: `of({768, 12})`.
struct PublishedLayout {
    static constexpr std::size_t most_numbers = 4;
    using Packing = LayoutValue (*)(const Index*);

    std::string_view name;                                 ///< "Gpt2Qkv"
    std::array<std::string_view, most_numbers> letters{};  ///< of its numbers, in order: "E", "N"
    std::size_t count = 0;                                 ///< how many numbers it takes
    std::string_view models;                               ///< those that have it, and the names of their modules
    Packing packing = nullptr;

    /// The layout with these numbers, in the order of its letters; nothing if there are more or fewer, if one is not
    /// positive or is beyond a million, or if they do not divide as the layout needs it.
    constexpr std::optional<LayoutValue> of(std::span<const Index> numbers) const {
        if (numbers.size() != count) return {};
        // No product of these overflows.
        for (const Index number : numbers)
            if (number < 1 || number > 1 << 20) return {};
        const LayoutValue found = packing(numbers.data());
        if (found.groups < 1) return {};
        for (std::size_t i = 0; i < found.count; ++i) {
            const ComponentFacts& c = found.components[i];
            if (c.width < 1 || c.heads < 1 || c.width % c.heads != 0) return {};
        }
        return found;
    }
    constexpr std::optional<LayoutValue> of(std::initializer_list<Index> numbers) const {
        return of(std::span<const Index>(numbers.begin(), numbers.size()));
    }
    /// The same with the numbers of a model, among which the layout finds its own by their letters:
    /// `of({{"E", 768}, {"N", 12}, {"G", 12}, {"D", 64}, {"I", 3072}})`. Nothing if it needs one that is not there.
    constexpr std::optional<LayoutValue> of(std::span<const NamedNumber> model) const {
        std::array<Index, most_numbers> numbers{};
        for (std::size_t i = 0; i < count; ++i)
            for (const NamedNumber& given : model)
                if (given.name == letters[i]) numbers[i] = given.number;
        return of(std::span<const Index>(numbers.data(), count));
    }
    constexpr std::optional<LayoutValue> of(std::initializer_list<NamedNumber> model) const {
        return of(std::span<const NamedNumber>(model.begin(), model.size()));
    }
    template <class...>
    SUTURE_REJECTED("the numbers of a layout stand in braces: write layout.of({768, 12})", of(...) const);
};

namespace detail {
/// A component of a published layout.
template <template <Index, Index> class Family>
constexpr ComponentFacts component(Extent width, Extent heads = {1}) {
    return {Family<dynamic, dynamic>::name, width, heads, &typeid(FamilyOf<Family>)};
}

template <std::same_as<ComponentFacts>... Components>
constexpr LayoutValue in_groups(Extent groups, const Components&... components) {
    return {groups, {components...}, sizeof...(components), false};
}
template <std::same_as<ComponentFacts>... Components>
constexpr LayoutValue side_by_side(const Components&... components) {
    return in_groups({1}, components...);
}
constexpr LayoutValue alone(const ComponentFacts& component) { return {1, {component}, 1, true}; }

/// A layout of the catalogue and its type, in which all numbers are dynamic.
template <Layout L>
struct PublishedRow {
    PublishedLayout layout;
};
template <Layout... Ls>
struct PublishedTable {
    std::array<PublishedLayout, sizeof...(Ls)> layouts;

    template <class F>
    constexpr void for_each(F& f) const {
        std::size_t i = 0;
        (f(layouts[i++], std::type_identity<Ls>{}), ...);
    }
};
template <Layout... Ls>
constexpr PublishedTable<Ls...> table_of(const PublishedRow<Ls>&... rows) {
    return {{rows.layout...}};
}

/// The last argument is a function of as many numbers as there are letters, without captures.
template <Layout L, class Function, std::size_t Count>
constexpr PublishedRow<L> published(std::string_view name, const std::string_view (&letters)[Count],
                                    std::string_view models, Function) {
    PublishedLayout layout{name, {}, Count, models, [](const Index* numbers) {
                               return [numbers]<std::size_t... I>(std::index_sequence<I...>) {
                                   return Function{}(Extent{numbers[I]}...);
                               }
                               (std::make_index_sequence<Count>{});
                           }};
    for (std::size_t i = 0; i < Count; ++i) layout.letters[i] = letters[i];
    return {layout};
}

// Packings that several layouts share.
inline constexpr auto gpt2_qkv = [](Extent e, Extent n) {
    return side_by_side(component<Q>(e, n), component<K>(e, n), component<V>(e, n));
};
inline constexpr auto phi3_qkv = [](Extent n, Extent g, Extent d) {
    const Extent queries = n / g * g;  // 0 if there are not equally many for each key
    return side_by_side(component<Q>(queries * d, queries), component<K>(g * d, g), component<V>(g * d, g));
};
inline constexpr auto neox_qkv = [](Extent n, Extent d) {
    return in_groups(n, component<Q>(d), component<K>(d), component<V>(d));
};
inline constexpr auto falcon_qkv = [](Extent n, Extent g, Extent d) {
    return in_groups(g, component<Q>(n / g * d, n / g), component<K>(d), component<V>(d));
};
inline constexpr auto phi3_gate_up = [](Extent i) { return side_by_side(component<Gate>(i), component<Up>(i)); };

inline constexpr auto published_table = table_of(
    published<Gpt2Qkv<dynamic, dynamic>>("Gpt2Qkv", {"E", "N"},
                                         "GPT-2, GPT, ImageGPT, Decision Transformer, minGPT, nanoGPT, Qwen-1 c_attn; "
                                         "MPT, ModernBERT Wqkv; Baichuan W_pack; Bark "
                                         "att_proj; timm's ViT, BLIP, BLIP-2, SAM, ViTDet, Qwen2-VL qkv",
                                         gpt2_qkv),
    published<Gpt2CrossKv<dynamic, dynamic>>(
        "Gpt2CrossKv", {"E", "N"}, "GPT-2 cross-attention c_attn",
        [](Extent e, Extent n) { return side_by_side(component<K>(e, n), component<V>(e, n)); }),
    published<BigCodeMqaQkv<dynamic, dynamic>>(
        "BigCodeMqaQkv", {"E", "N"}, "GPT-BigCode with multi-query attention (StarCoder) c_attn",
        [](Extent e, Extent n) { return side_by_side(component<Q>(e, n), component<K>(e / n), component<V>(e / n)); }),
    published<Falcon7bQkv<dynamic, dynamic>>(
        "Falcon7bQkv", {"N", "D"}, "Falcon-7B query_key_value",
        [](Extent n, Extent d) { return side_by_side(component<Q>(n * d, n), component<K>(d), component<V>(d)); }),
    published<Phi3Qkv<dynamic, dynamic, dynamic>>("Phi3Qkv", {"N", "G", "D"}, "Phi-3, Phi-4 qkv_proj", phi3_qkv),
    published<ChatGlmQkv<dynamic, dynamic, dynamic>>(
        "ChatGlmQkv", {"N", "G", "D"}, "ChatGLM2, ChatGLM3, GLM-4 query_key_value, as their authors publish them",
        phi3_qkv),
    published<BaichuanM1Qkv<dynamic, dynamic, dynamic>>("BaichuanM1Qkv", {"N", "G", "D"}, "Baichuan-M1 W_pack",
                                                        phi3_qkv),
    published<DbrxQkv<dynamic, dynamic, dynamic>>("DbrxQkv", {"N", "G", "D"}, "DBRX Wqkv, before its clamp", phi3_qkv),
    published<NeoXQkv<dynamic, dynamic>>(
        "NeoXQkv", {"N", "D"}, "GPT-NeoX, Pythia, GPT-NeoX-Japanese, Persimmon query_key_value; DeBERTa in_proj",
        neox_qkv),
    published<BloomQkv<dynamic, dynamic>>("BloomQkv", {"N", "D"}, "BLOOM query_key_value", neox_qkv),
    published<BigCodeMhaQkv<dynamic, dynamic>>("BigCodeMhaQkv", {"N", "D"},
                                               "GPT-BigCode without multi-query attention c_attn", neox_qkv),
    published<FalconRwQkv<dynamic, dynamic>>("FalconRwQkv", {"N", "D"}, "Falcon-RW query_key_value", neox_qkv),
    published<ChatGlmMhaQkv<dynamic, dynamic>>("ChatGlmMhaQkv", {"N", "D"},
                                               "ChatGLM2 without multi-query attention query_key_value", neox_qkv),
    published<FalconQkv<dynamic, dynamic, dynamic>>("FalconQkv", {"N", "G", "D"},
                                                    "Falcon-40B, 180B, 11B query_key_value", falcon_qkv),
    published<InternLm2Qkv<dynamic, dynamic, dynamic>>("InternLm2Qkv", {"N", "G", "D"}, "InternLM2 wqkv", falcon_qkv),
    published<CodeGenQkv<dynamic, dynamic>>("CodeGenQkv", {"E", "N"}, "CodeGen qkv_proj",
                                            [](Extent e, Extent n) {
                                                return in_groups({4}, component<Q>(e / 4, n / 4),
                                                                 component<V>(e / 4, n / 4),
                                                                 component<K>(e / 4, n / 4));
                                            }),
    published<Qwen3NextQGate<dynamic, dynamic>>(
        "Qwen3NextQGate", {"N", "D"}, "Qwen3-Next, Qwen3.5 full attention q_proj",
        [](Extent n, Extent d) { return in_groups(n, component<Q>(d), component<Gate>(d)); }),
    published<LlamaQ<dynamic, dynamic>>(
        "LlamaQ", {"N", "D"},
        "LLaMA, SmolLM3, Mistral, Qwen2, Qwen3, Gemma, Granite, GraniteMoE, Cohere, Cohere 2, OLMo, OLMo-2, OLMo-3, "
        "StableLM, StarCoder2, gpt-oss, Phi-1 and 2, Nemotron, OPT, GPT-J, GPT-Neo, GLM "
        "and GLM-4 of transformers, ViT, DINOv2, CLIP, SigLIP q_proj; BERT, RoBERTa, ELECTRA query; DistilBERT q_lin",
        [](Extent n, Extent d) { return alone(component<Q>(n * d, n)); }),
    published<LlamaK<dynamic, dynamic>>("LlamaK", {"G", "D"},
                                        "k_proj of the same models; BERT, RoBERTa, ELECTRA key; DistilBERT k_lin",
                                        [](Extent g, Extent d) { return alone(component<K>(g * d, g)); }),
    published<LlamaV<dynamic, dynamic>>("LlamaV", {"G", "D"},
                                        "v_proj of the same models; BERT, RoBERTa, ELECTRA value; DistilBERT v_lin",
                                        [](Extent g, Extent d) { return alone(component<V>(g * d, g)); }),
    published<Qwen3NextQkvz<dynamic, dynamic, dynamic, dynamic>>(
        "Qwen3NextQkvz", {"Hk", "Hv", "Dk", "Dv"}, "Qwen3-Next linear attention in_proj_qkvz",
        [](Extent hk, Extent hv, Extent dk, Extent dv) {
            return in_groups(hk, component<Q>(dk), component<K>(dk), component<V>(hv / hk * dv, hv / hk),
                             component<Z>(hv / hk * dv, hv / hk));
        }),
    published<Qwen3NextBa<dynamic, dynamic>>("Qwen3NextBa", {"Hk", "Hv"}, "Qwen3-Next linear attention in_proj_ba",
                                             [](Extent hk, Extent hv) {
                                                 return in_groups(hk, component<Beta>(hv / hk, hv / hk),
                                                                  component<Alpha>(hv / hk, hv / hk));
                                             }),
    published<DeepSeekQ<dynamic, dynamic, dynamic>>(
        "DeepSeekQ", {"N", "Nope", "Rope"}, "DeepSeek V2, V3, MiniCPM3, Youtu q_b_proj, or q_proj",
        [](Extent n, Extent nope, Extent rope) { return in_groups(n, component<NoPe>(nope), component<Rope>(rope)); }),
    published<DeepSeekKvA<dynamic, dynamic>>(
        "DeepSeekKvA", {"Rank", "Rope"}, "DeepSeek V2, V3, MiniCPM3, Youtu kv_a_proj_with_mqa",
        [](Extent rank, Extent rope) { return side_by_side(component<Latent>(rank), component<Rope>(rope)); }),
    published<DeepSeekKvB<dynamic, dynamic, dynamic>>(
        "DeepSeekKvB", {"N", "Nope", "D"}, "DeepSeek V2, V3, MiniCPM3, Youtu kv_b_proj",
        [](Extent n, Extent nope, Extent d) { return in_groups(n, component<NoPe>(nope), component<V>(d)); }),
    published<Phi3GateUp<dynamic>>(
        "Phi3GateUp", {"I"},
        "Phi-3, Phi-4, GLM, GLM-4 gate_up_proj; ModernBERT and its decoder Wi; Granite 4 input_linear", phi3_gate_up),
    published<MixtralGateUp<dynamic>>("MixtralGateUp", {"I"},
                                      "Mixtral, Qwen2-MoE, Qwen3-MoE, OLMoE, Phi-3.5-MoE, MiniMax, DeepSeek-V3, Jamba, "
                                      "Llama 4 experts.gate_up_proj, a parameter",
                                      phi3_gate_up),
    published<GptOssGateUp<dynamic>>("GptOssGateUp", {"I"}, "gpt-oss experts.gate_up_proj, a parameter",
                                     [](Extent i) { return in_groups(i, component<Gate>({1}), component<Up>({1})); }),
    published<MambaIn<dynamic>>("MambaIn", {"I"}, "Mamba, Falcon-Mamba in_proj",
                                [](Extent i) { return side_by_side(component<ssm::X>(i), component<Gate>(i)); }),
    published<MambaX<dynamic, dynamic>>("MambaX", {"R", "S"}, "Mamba, Falcon-Mamba x_proj",
                                        [](Extent r, Extent s) {
                                            return side_by_side(component<ssm::Dt>(r), component<ssm::B>(s),
                                                                component<ssm::C>(s));
                                        }),
    published<Mamba2In<dynamic, dynamic, dynamic, dynamic>>(
        "Mamba2In", {"I", "Ng", "S", "H"}, "Mamba-2, Bamba, Granite 4 in_proj",
        [](Extent i, Extent ng, Extent s, Extent h) {
            return side_by_side(component<Gate>(i, h), component<ssm::X>(i, h), component<ssm::B>(ng * s, ng),
                                component<ssm::C>(ng * s, ng), component<ssm::Dt>(h, h));
        }));
}  // namespace detail

/// Every layout of the catalogue that packs the channels of a module, in the catalogue's order.
inline constexpr const auto& published_layouts = detail::published_table.layouts;

/// Calls f with each of them and its type, in which all numbers are dynamic:
///
///     for_each_published_layout([&]<class L>(const PublishedLayout& layout, std::type_identity<L>) {
///         if (const auto value = layout.of(numbers)) try_it(Extents<L>(value->facts()));
///     });
template <class F>
constexpr void for_each_published_layout(F&& f) {
    detail::published_table.for_each(f);
}

/// The layout of this name; null if the catalogue has none.
constexpr const PublishedLayout* find_layout(std::string_view name) {
    for (const PublishedLayout& layout : published_layouts)
        if (layout.name == name) return &layout;
    return nullptr;
}
template <class...>
SUTURE_REJECTED("a layout is found by its name: pass find_layout a name such as Gpt2Qkv", find_layout(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
