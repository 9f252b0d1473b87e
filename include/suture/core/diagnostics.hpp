// Refused calls. Every use that must never compile is declared, with a sentence that names the mistake and its
// remedy. The compiler's first error is then that sentence, and `requires` and `std::invocable` still answer "no"
// instead of stopping the build. The macros that declare them are in refuse.hpp.
#pragma once

#include <cstddef>

#include "suture/core/refuse.hpp"

namespace suture {

/// A sentence as a template argument: GCC prints it in full as part of a type's name.
template <std::size_t Size>
struct Sentence {
    char characters[Size];
    consteval Sentence(const char (&literal)[Size]) noexcept {
        for (std::size_t i = 0; i < Size; ++i) characters[i] = literal[i];
    }
};

/// The return type of a function that is declared only to refuse a call.
template <Sentence>
struct Rejected {};

namespace detail {
/// @see SUTURE_FAULTS
enum class Fault : unsigned char {
    none,
#define SUTURE_FAULT_NAME(name, sentence) name,
    SUTURE_FAULTS(SUTURE_FAULT_NAME)
#undef SUTURE_FAULT_NAME
};

/// The sentence of a fault, for what only run time finds.
constexpr const char* sentence_of(Fault fault) {
#define SUTURE_FAULT_TEXT(name, sentence) \
    if (fault == Fault::name) return sentence;
    SUTURE_FAULTS(SUTURE_FAULT_TEXT)
#undef SUTURE_FAULT_TEXT
    return "";
}

template <Fault>
struct Refusal;
#define SUTURE_FAULT_TYPE(name, sentence) \
    template <>                           \
    struct Refusal<Fault::name> {         \
        using type = Rejected<sentence>;  \
    };
SUTURE_FAULTS(SUTURE_FAULT_TYPE)
#undef SUTURE_FAULT_TYPE
}  // namespace detail

/// A parameter that takes a list in braces, which neither a template nor a C ellipsis does: `cat<Qkv>({q, k, v})`.
struct InBraces {
    template <class... Ts>
    InBraces(const Ts&...);
};

namespace detail {
/// What `on<Q>` without parentheses is: the address of the one `on` that has this type.
struct NoParentheses;
using uncalled_place = NoParentheses* (*)(NoParentheses*);
}  // namespace detail

namespace detail {
/// The type of a member that does not exist. It does whatever is asked of it, because Clang would otherwise complain about
/// the use before it says the sentence. @see SUTURE_ABSENT
struct AbsentMember {
    template <class... Ts>
    AbsentMember operator()(Ts&&...) const;
    template <class T>
    AbsentMember operator[](const T&) const;
    template <class T>
    const AbsentMember& operator=(T&&) const;
    template <class T>
    operator T() const;
    template <class...>
    const AbsentMember* operator->() const;

    // What is usually asked of such members in the same breath: `model->cfg.n_layers`, `view.q().norm()`.
    static const AbsentMember n_layers, n_heads, n_ctx, d_model, d_head, d_mlp, d_vocab, layers, heads, width, h, wte,
        wpe, attn, mlp, weight, bias, W_E, W_U, W_Q, W_K, W_V, W_O, encode, decode, add, remove, zero, set, clone, norm,
        mean, sum, max, min, item, read, dtype, device, to, cpu, dot, matmul, t, reshape, transpose, view, equal, names,
        keys;
};

/// A number as the target of a conversion. A condition is the closer match for a bool. @see SUTURE_REJECTED_NUMBER
template <class Asked>
inline constexpr bool is_number_target = false;
template <>
inline constexpr bool is_number_target<double> = true;
template <>
inline constexpr bool is_number_target<float> = true;
template <>
inline constexpr bool is_number_target<int> = true;
template <>
inline constexpr bool is_number_target<long> = true;
template <>
inline constexpr bool is_number_target<bool> = true;

template <class Asked, class Target>
inline constexpr bool is_target = false;
template <class Target>
inline constexpr bool is_target<Target, Target> = true;

template <class Asked>
concept NumberTarget = is_number_target<Asked>;
template <class Asked>
concept ConditionTarget = NumberTarget<Asked> && is_target<Asked, bool>;
}  // namespace detail

}  // namespace suture

#include "suture/core/end_refuse.hpp"
