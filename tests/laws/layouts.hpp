// The layouts on which every law is checked: each layout of the catalogue at a size that a test can afford, and
// irregular ones that no model has.
#pragma once

#include "suture/core/catalogue.hpp"

#include <tuple>
#include <type_traits>
#include <utility>

namespace laws {

using namespace suture;

// A user's components: a plain type and a family.
struct Router : ComponentBase<3> {
    static constexpr const char* name = "Router";
};
struct Lone : ComponentBase<1> {
    static constexpr const char* name = "Lone";
};
template <Index Width, Index Heads = 1>
struct Rot : ComponentBase<Width, Heads> {
    static constexpr const char* name = "Rot";
};

// Layouts with their own names.
struct Packed : Fused<13, Q<6, 3>, K<4, 2>, Router> {};
struct Woven : Grouped<3, Rot<4, 2>, Lone, V<2>> {};

/// One group: components side by side.
using fused_layouts =
    std::tuple<Gpt2Qkv<12, 3>, Gpt2CrossKv<8, 2>, BigCodeMqaQkv<12, 3>, Falcon7bQkv<3, 4>, Phi3Qkv<4, 2, 3>,
               ChatGlmQkv<6, 2, 2>, DbrxQkv<6, 3, 2>, BaichuanM1Qkv<2, 1, 3>, LlamaQ<4, 3>, LlamaK<2, 3>, LlamaV<2, 5>,
               DeepSeekKvA<6, 2>, Phi3GateUp<5>, MixtralGateUp<3>, MambaIn<6>, MambaX<2, 3>, Mamba2In<8, 2, 3, 4>>;

/// Several groups: heads, or heads with their keys and values, one after another.
using grouped_layouts =
    std::tuple<NeoXQkv<3, 4>, BloomQkv<4, 2>, BigCodeMhaQkv<2, 3>, FalconRwQkv<3, 2>, ChatGlmMhaQkv<2, 2>,
               FalconQkv<6, 2, 3>, InternLm2Qkv<8, 4, 2>, CodeGenQkv<16, 8>, Qwen3NextQGate<3, 4>,
               Qwen3NextQkvz<2, 4, 3, 2>, Qwen3NextBa<2, 6>, DeepSeekQ<3, 4, 2>, DeepSeekKvB<3, 4, 5>, GptOssGateUp<5>>;

/// Unequal widths, one family twice, one component, one channel, one group, names of their own.
using irregular_layouts =
    std::tuple<Fused<14, Q<9, 3>, K<1>, V<4, 4>>, Fused<10, Q<4, 2>, Q<6>>, Fused<6, Resid<6, 2>>, Grouped<4, Lone>,
               Grouped<1, Q<4, 2>, V<3>>, Grouped<2, Q<6, 3>, K<1>, V<5>>, Packed, Woven>;

/// One component alone, and the parts of grouped layouts: heads one by one, heads in groups, one channel per group.
using lone_layouts =
    std::tuple<Resid<6, 2>, Lone, part<NeoXQkv<3, 4>, Q>, part<FalconQkv<6, 2, 3>, Q>, part<FalconQkv<6, 2, 3>, K>,
               part<CodeGenQkv<16, 8>, V>, part<GptOssGateUp<5>, Up>, part<Gpt2Qkv<12, 3>, K>>;

using every_layout = decltype(std::tuple_cat(std::declval<fused_layouts>(), std::declval<grouped_layouts>(),
                                             std::declval<irregular_layouts>(), std::declval<lone_layouts>()));

/// The number of heads that X, a component of L or all of it, has over all groups; 0 if it has none.
template <class L, class X>
inline constexpr Index head_count = 0;
template <class L, Component C>
inline constexpr Index head_count<L, C> = C::heads* suture::detail::groups_of<L>;
template <Index Groups, Component C>
inline constexpr Index head_count<Grouped<Groups, C>, Grouped<Groups, C>> = C::heads* Groups;
/// The number of its channels over all groups.
template <class L, class X>
inline constexpr Index channel_count = X::width*(std::is_same_v<L, X> ? 1 : suture::detail::groups_of<L>);

/// Calls f with every layout of a tuple, as std::type_identity.
template <class Layouts, class F>
void for_each_layout(F&& f) {
    [&]<class... Ls>(std::type_identity<std::tuple<Ls...>>) {
        (f(std::type_identity<Ls>{}), ...);
    }(std::type_identity<Layouts>{});
}

/// Calls f with every component of a layout, as std::type_identity, and its index.
template <class L, class F>
void for_each_component(F&& f) {
    [&]<class... Cs>(suture::detail::TypeList<Cs...>) {
        std::size_t i = 0;
        (f(std::type_identity<Cs>{}, i++), ...);
    }(suture::detail::components_of<L>{});
}

}  // namespace laws
