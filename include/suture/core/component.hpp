// Components: the named slices of channels that a fused activation is packed from. Each is a type of its own, so
// the compiler tells a query from a key of the same width, and its errors name it: `Q<768, 12>`.
#pragma once

#include <concepts>
#include <cstdint>

#include "suture/core/refuse.hpp"

namespace suture {

/// Counts and positions of channels, heads, tokens and groups. Signed, like LibTorch's sizes.
using Index = std::int64_t;

/// Any integral type except bool and the character types.
template <class N>
concept Integer = std::integral<N> && !std::same_as<N, bool> && !std::same_as<N, char> && !std::same_as<N, wchar_t> &&
                  !std::same_as<N, char8_t> && !std::same_as<N, char16_t> && !std::same_as<N, char32_t>;

/// A width, a number of heads or of groups that only run time knows, as in std::mdspan: `Q<dynamic, dynamic>`. A layout
/// gets such numbers when it is bound, @see Extents. What its type says of the others is checked by the compiler.
inline constexpr Index dynamic = -1;

namespace detail {
// Arithmetic with numbers of which some may be dynamic; then the result is.

template <class... Ns>
constexpr bool has_dynamic(Ns... numbers) {
    return (false || ... || (Index{numbers} == dynamic));
}
template <class... Ns>
constexpr Index sum_of(Ns... numbers) {
    return has_dynamic(numbers...) ? dynamic : (Index{0} + ... + numbers);
}
template <class... Ns>
constexpr Index product_of(Ns... numbers) {
    return has_dynamic(numbers...) ? dynamic : (Index{1} * ... * numbers);
}
constexpr Index quotient_of(Index of, Index by) { return has_dynamic(of, by) ? dynamic : of / by; }
/// A number in the arithmetic of a layout's numbers: `Fused<3 * Extent{E}, ...>`.
struct Extent {
    Index number;
    constexpr operator Index() const { return number; }
    friend constexpr Extent operator+(Extent a, Extent b) { return {sum_of(a.number, b.number)}; }
    friend constexpr Extent operator+(Extent a, Integer auto b) { return a + Extent{b}; }
    friend constexpr Extent operator*(Extent a, Extent b) { return {product_of(a.number, b.number)}; }
    friend constexpr Extent operator*(Extent a, Integer auto b) { return a * Extent{b}; }
    friend constexpr Extent operator*(Integer auto a, Extent b) { return Extent{a} * b; }
    /// 0, which no component can be wide, if b does not divide a.
    friend constexpr Extent operator/(Extent a, Extent b) {
        if (has_dynamic(a.number, b.number)) return {dynamic};
        return {b.number == 0 || a.number % b.number != 0 ? 0 : a.number / b.number};
    }
    friend constexpr Extent operator/(Extent a, Integer auto b) { return a / Extent{b}; }
};
/// Whether two numbers can be the same.
constexpr bool may_agree(Index a, Index b) { return a == b || has_dynamic(a, b); }

// Named numbers and relations between them: when a static_assert over one fails, both compilers print the numbers.
template <Index>
struct ComponentWidth;
template <Index>
struct ComponentHeads;
template <Index>
struct SumOfWidths;
template <Index>
struct FusedWidth;
template <Index>
struct GroupCount;

template <class, class>
inline constexpr bool is_same_number = false;
template <template <Index> class A, template <Index> class B, Index N, Index M>
inline constexpr bool is_same_number<A<N>, B<M>> = may_agree(N, M);
/// The two named numbers are equal, as far as they are known.
template <class A, class B>
concept SameNumber = is_same_number<A, B>;

template <class, class>
inline constexpr bool is_divisor = false;
template <template <Index> class A, template <Index> class B, Index N, Index M>
inline constexpr bool is_divisor<A<N>, B<M>> = N == dynamic || (N > 0 && (M == dynamic || M % N == 0));
/// The first named number divides the second without a remainder, as far as they are known.
template <class A, class B>
concept Divides = is_divisor<A, B>;

template <class>
inline constexpr bool is_positive = false;
template <template <Index> class A, Index N>
inline constexpr bool is_positive<A<N>> = N >= 1 || N == dynamic;
/// The named number is at least one, or dynamic.
template <class A>
concept Positive = is_positive<A>;

template <class, class>
inline constexpr bool is_at_most = false;
template <template <Index> class A, template <Index> class B, Index N, Index M>
inline constexpr bool is_at_most<A<N>, B<M>> = N <= M || M == dynamic;
/// The first named number is not larger than the second, which may be dynamic.
template <class A, class B>
concept AtMost = is_at_most<A, B>;

/// Whether a component of this width can have this many heads: the predicate twin of the assertions in
/// `ComponentBase`.
consteval bool can_have_heads(Index width, Index heads) {
    const bool counted = (width >= 1 || width == dynamic) && (heads >= 1 || heads == dynamic);
    return counted && (has_dynamic(width, heads) || width % heads == 0);
}
}  // namespace detail

/// The base of every component: its width in channels, and the number of heads that divide it. Either may be `dynamic`.
/// To define a component, derive from it and give it a name:
///
///     struct Router : suture::ComponentBase<8> { static constexpr const char* name = "Router"; };
///     template <Index W, Index H> struct Rot : ComponentBase<W, H> { static constexpr const char* name = "Rot"; };
///
/// The second form defines a family: `on<Rot>()` finds the only `Rot<...>` of a layout.
template <Index Width, Index Heads = 1>
struct ComponentBase {
    static_assert(detail::Positive<detail::ComponentWidth<Width>>, SUTURE_NO_CHANNELS);
    static_assert(detail::Divides<detail::ComponentHeads<Heads>, detail::ComponentWidth<Width>>, SUTURE_UNEVEN_HEADS);
    static constexpr Index width = Width;
    static constexpr Index heads = Heads;
    static constexpr Index head_width = detail::quotient_of(Width, Heads == 0 ? 1 : Heads);

    constexpr ComponentBase() = default;
    // A component is given a tensor, or its numbers, as if it were an activation.
    template <class Given>
        requires(!std::derived_from<Given, ComponentBase>)
    constexpr ComponentBase(const Given&) {
        static_assert(std::is_void_v<Given>, "a component is a type without values: write borrow<Q<768, 12>>(tensor)");
    }
};

namespace detail {
template <class C>
concept Named = requires {
    { C::name } -> std::convertible_to<const char*>;
};
}  // namespace detail

/// A component: `width` channels in `heads` heads under a `name`.
template <class C>
concept Component = detail::Named<C> && requires {
    { C::width } -> std::convertible_to<Index>;
    { C::heads } -> std::convertible_to<Index>;
} && std::derived_from<C, ComponentBase<C::width, C::heads>>;

// The activations of a transformer. Widths are in channels, over all heads of a group.

/// Query: what a token looks for.
template <Index Width, Index Heads = 1>
struct Q : ComponentBase<Width, Heads> {
    static constexpr const char* name = "Q";
};
/// Key: what a token can be found by.
template <Index Width, Index Heads = 1>
struct K : ComponentBase<Width, Heads> {
    static constexpr const char* name = "K";
};
/// Value: what a token passes on to those that attend to it.
template <Index Width, Index Heads = 1>
struct V : ComponentBase<Width, Heads> {
    static constexpr const char* name = "V";
};
/// The values mixed by each head, before the output projection ("z" in TransformerLens); also the gate z of
/// Qwen3-Next's linear attention.
template <Index Width, Index Heads = 1>
struct Z : ComponentBase<Width, Heads> {
    static constexpr const char* name = "Z";
};
/// The output of attention, after its output projection, which is added to the residual stream.
template <Index Width, Index Heads = 1>
struct AttnOut : ComponentBase<Width, Heads> {
    static constexpr const char* name = "AttnOut";
};
/// The residual stream.
template <Index Width, Index Heads = 1>
struct Resid : ComponentBase<Width, Heads> {
    static constexpr const char* name = "Resid";
};
/// The residual stream after a layer normalisation: the input of attention, the MLP or the unembedding.
template <Index Width, Index Heads = 1>
struct Norm : ComponentBase<Width, Heads> {
    static constexpr const char* name = "Norm";
};
/// What a layer normalisation divides by: one number for each position.
template <Index Width = 1, Index Heads = 1>
struct NormScale : ComponentBase<Width, Heads> {
    static constexpr const char* name = "NormScale";
};
/// What each head of an attention reads of the residual stream, head after head: heads times the width of the stream.
template <Index Width, Index Heads = 1>
struct HeadIn : ComponentBase<Width, Heads> {
    static constexpr const char* name = "HeadIn";
};
/// What each head of an attention writes to the residual stream, head after head: heads times the width of the stream.
template <Index Width, Index Heads = 1>
struct HeadOut : ComponentBase<Width, Heads> {
    static constexpr const char* name = "HeadOut";
};
/// The neurons of an MLP, before or after their nonlinearity.
template <Index Width, Index Heads = 1>
struct Mlp : ComponentBase<Width, Heads> {
    static constexpr const char* name = "Mlp";
};
/// The output of the MLP, which is added to the residual stream.
template <Index Width, Index Heads = 1>
struct MlpOut : ComponentBase<Width, Heads> {
    static constexpr const char* name = "MlpOut";
};
/// The gate of a gated unit: SwiGLU's, gated attention's, Mamba's.
template <Index Width, Index Heads = 1>
struct Gate : ComponentBase<Width, Heads> {
    static constexpr const char* name = "Gate";
};
/// The attention of one query, after the softmax: a channel for each key. @see AttentionPattern
template <Index Width, Index Heads = 1>
struct AttnPattern : ComponentBase<Width, Heads> {
    static constexpr const char* name = "AttnPattern";
};
/// The gated half of a SwiGLU.
template <Index Width, Index Heads = 1>
struct Up : ComponentBase<Width, Heads> {
    static constexpr const char* name = "Up";
};

// A component without a width, for the sentence of ComponentBase.
#define SUTURE_WITHOUT_A_WIDTH(Family) \
    template <class... Given>          \
    Family(Given...) -> Family<0>;
SUTURE_WITHOUT_A_WIDTH(Q)
SUTURE_WITHOUT_A_WIDTH(K)
SUTURE_WITHOUT_A_WIDTH(V)
SUTURE_WITHOUT_A_WIDTH(Z)
SUTURE_WITHOUT_A_WIDTH(AttnOut)
SUTURE_WITHOUT_A_WIDTH(Resid)
SUTURE_WITHOUT_A_WIDTH(Norm)
SUTURE_WITHOUT_A_WIDTH(HeadIn)
SUTURE_WITHOUT_A_WIDTH(HeadOut)
SUTURE_WITHOUT_A_WIDTH(Mlp)
SUTURE_WITHOUT_A_WIDTH(MlpOut)
SUTURE_WITHOUT_A_WIDTH(Gate)
SUTURE_WITHOUT_A_WIDTH(AttnPattern)
SUTURE_WITHOUT_A_WIDTH(Up)
#undef SUTURE_WITHOUT_A_WIDTH

}  // namespace suture

#include "suture/core/end_refuse.hpp"
