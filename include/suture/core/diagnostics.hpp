// Refused calls. Every use that must never compile is declared, with a sentence that names the mistake and its
// remedy. The compiler's first error is then that sentence, and `requires` and `std::invocable` still answer "no"
// instead of stopping the build.
#pragma once

#include <cstddef>

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

// What can be wrong between an edit and the layout it is applied to, or between `cat` and its parts. One table yields
// the enumerators, GCC's sentences and Clang's.
// clang-format off
#define SUTURE_FAULTS(row)                                                                                        \
    row(lacks_component,  "the layout lacks the component: name one that it has")                                 \
    row(ambiguous_family, "the layout has several components of this family: name one in full")                   \
    row(head_beyond,      "the component has no such head: count its heads from 0, over all groups")              \
    row(heads_of_layout,  "a layout has no heads: name one of its components")                                    \
    row(dims_beyond,      "dims reach beyond the component or head: end them at its width")                       \
    row(other_component,  "the injected View holds another component: take its values with read()")               \
    row(other_groups,     "the injected View is grouped differently: take it from the same layout")               \
    row(cat_groups,       "a part given to cat is grouped differently: take it from the same layout")             \
    row(cat_missing,      "cat is missing a component of the layout: give every part once, in order")             \
    row(cat_doubled,      "cat was given a component twice: give every part once, in order")                      \
    row(cat_foreign,      "cat was given a part that the layout lacks: give only those of the layout, in order")  \
    row(cat_order,        "the parts given to cat are out of order: give them in the order of the layout")
// clang-format on

namespace detail {
/// @see SUTURE_FAULTS
enum class Fault : unsigned char {
    none,
#define SUTURE_FAULT_NAME(name, sentence) name,
    SUTURE_FAULTS(SUTURE_FAULT_NAME)
#undef SUTURE_FAULT_NAME
};

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

// SUTURE_REJECTED(sentence, declarator) declares a function that always refuses, with the sentence.
// SUTURE_REJECTED_FOR(suture_fault, declarator) does so with the sentence of a fault that depends on template
// parameters. The declarator carries no return type; constraints go into the template head.
// SUTURE_REJECTED_COPY(sentence, type) declares a copy constructor that refuses. It has no return type, so GCC prints
// the sentence as the type of a defaulted second parameter.
#if defined(__clang__)
#define SUTURE_REJECTED(sentence, ...) void __VA_ARGS__ __attribute__((diagnose_if(true, sentence, "error")))
#define SUTURE_REJECTED_COPY(sentence, type) type(const type&) __attribute__((diagnose_if(true, sentence, "error")))
#define SUTURE_FAULT_ATTRIBUTE(name, sentence) \
    __attribute__((diagnose_if(suture_fault == ::suture::detail::Fault::name, sentence, "error")))
// Clang wants the condition beside each sentence, so every use gives its fault the same name.
#define SUTURE_REJECTED_FOR(suture_fault_parameter, ...) void __VA_ARGS__ SUTURE_FAULTS(SUTURE_FAULT_ATTRIBUTE)
#else
#define SUTURE_REJECTED_COPY(sentence, type) type(const type&, ::suture::Rejected<sentence> = {}) = delete
#define SUTURE_REJECTED(sentence, ...) auto __VA_ARGS__->::suture::Rejected<sentence> = delete
#define SUTURE_REJECTED_FOR(suture_fault_parameter, ...) \
    auto __VA_ARGS__->typename ::suture::detail::Refusal<suture_fault_parameter>::type = delete
#endif

}  // namespace suture
