// Components: the named runs of channels that a fused activation is packed from. A component is a type of its
// own, so the compiler can tell a query from a key of the same width, and prints `Q<768, 12>` when it can't.
#pragma once

#include <concepts>
#include <cstdint>

namespace suture {

/// Channels, heads, tokens, groups: everything that is counted. Signed, as LibTorch's sizes are.
using extent = std::int64_t;

/// A whole number of any type. Truth values and characters are none.
template <class N>
concept Integer = std::integral<N> && !std::same_as<N, bool> && !std::same_as<N, char> && !std::same_as<N, wchar_t> &&
                  !std::same_as<N, char8_t> && !std::same_as<N, char16_t> && !std::same_as<N, char32_t>;

// Numbers with names, and relations over them: both compilers print them when a static_assert over one fails.
template <extent>
struct component_width;
template <extent>
struct component_heads;
template <extent>
struct sum_of_widths;
template <extent>
struct fused_width;
template <extent>
struct group_count;

/// The two named numbers are equal.
template <class, class>
inline constexpr bool is_same_number = false;
template <template <extent> class A, template <extent> class B, extent N>
inline constexpr bool is_same_number<A<N>, B<N>> = true;
template <class A, class B>
concept same = is_same_number<A, B>;

/// The first named number divides the second without a remainder.
template <class, class>
inline constexpr bool is_divisor = false;
template <template <extent> class A, template <extent> class B, extent N, extent M>
inline constexpr bool is_divisor<A<N>, B<M>> = N > 0 && M % N == 0;
template <class A, class B>
concept divides = is_divisor<A, B>;

/// The named number is one or more.
template <class>
inline constexpr bool is_positive = false;
template <template <extent> class A, extent N>
inline constexpr bool is_positive<A<N>> = N >= 1;
template <class A>
concept positive = is_positive<A>;

/// True where a component of this width can have this many heads: the twin of the assertions in `component`.
consteval bool can_have_heads(extent width, extent heads) { return width >= 1 && heads >= 1 && width % heads == 0; }

/// What every component is made of: a width in channels and the number of heads it is cut into.
/// A component of your own is one line:
///
///     struct Router : suture::component<8> { static constexpr const char* name = "Router"; };
///     template <extent W, extent H = 1> struct Rot : component<W, H> { static constexpr const char* name = "Rot"; };
///
/// The second form is a family: `on<Rot>()` then finds the layout's only `Rot<...>`.
template <extent Width, extent Heads = 1>
struct component {
    static_assert(positive<component_width<Width>>, "a component has no channels: give it a width of 1 or more");
    static_assert(divides<component_heads<Heads>, component_width<Width>>,
                  "the heads do not divide the width: give a width that is heads times head width");
    static constexpr extent width = Width;
    static constexpr extent heads = Heads;
    static constexpr extent head_width = Width / (Heads > 0 ? Heads : 1);
};

namespace detail {
template <class C>
concept named = requires {
    { C::name } -> std::convertible_to<const char*>;
};
}  // namespace detail

/// A component: `width` channels in `heads` heads under a `name`.
template <class C>
concept Component = detail::named<C> && requires {
    { C::width } -> std::convertible_to<extent>;
    { C::heads } -> std::convertible_to<extent>;
} && std::derived_from<C, component<C::width, C::heads>>;

// What attention and the MLP of a transformer pass on. Widths are in channels over all heads of a group.

/// Query: what a token looks for.
template <extent Width, extent Heads = 1>
struct Q : component<Width, Heads> {
    static constexpr const char* name = "Q";
};
/// Key: what a token offers to be found by.
template <extent Width, extent Heads = 1>
struct K : component<Width, Heads> {
    static constexpr const char* name = "K";
};
/// Value: what a token hands over when it is attended to.
template <extent Width, extent Heads = 1>
struct V : component<Width, Heads> {
    static constexpr const char* name = "V";
};
/// The heads' mixed values before the output projection ("z" in TransformerLens); also the gate z of
/// Qwen3-Next's linear attention.
template <extent Width, extent Heads = 1>
struct Z : component<Width, Heads> {
    static constexpr const char* name = "Z";
};
/// What attention writes into the residual stream, after its output projection.
template <extent Width, extent Heads = 1>
struct AttnOut : component<Width, Heads> {
    static constexpr const char* name = "AttnOut";
};
/// The residual stream.
template <extent Width, extent Heads = 1>
struct Resid : component<Width, Heads> {
    static constexpr const char* name = "Resid";
};
/// The residual stream after a layer normalisation: what attention, the MLP or the unembedding reads.
template <extent Width, extent Heads = 1>
struct Norm : component<Width, Heads> {
    static constexpr const char* name = "Norm";
};
/// The neurons of an MLP, before or after their nonlinearity.
template <extent Width, extent Heads = 1>
struct Mlp : component<Width, Heads> {
    static constexpr const char* name = "Mlp";
};
/// What the MLP writes into the residual stream.
template <extent Width, extent Heads = 1>
struct MlpOut : component<Width, Heads> {
    static constexpr const char* name = "MlpOut";
};
/// The gate of a gated unit: SwiGLU's, gated attention's, Mamba's.
template <extent Width, extent Heads = 1>
struct Gate : component<Width, Heads> {
    static constexpr const char* name = "Gate";
};
/// The gated half of a SwiGLU.
template <extent Width, extent Heads = 1>
struct Up : component<Width, Heads> {
    static constexpr const char* name = "Up";
};

}  // namespace suture
