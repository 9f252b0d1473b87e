// How suture says no. Every use that must never compile is declared, with the sentence that names the
// mistake and its remedy, so that the first line of the compiler's error is that sentence and so that
// `requires` and `std::invocable` still answer "no" instead of stopping the build.
#pragma once

#include <cstddef>

namespace suture {

/// A sentence as a template argument: GCC prints it in full inside a type's name.
template <std::size_t Size>
struct text {
    char characters[Size];
    consteval text(const char (&literal)[Size]) noexcept {
        for (std::size_t i = 0; i < Size; ++i) characters[i] = literal[i];
    }
};

/// The return type of a call that is declared only to be refused. It is never made.
template <text Sentence>
struct rejected {};

/// What can be wrong between an edit and the layout it is applied to, or between `cat` and its parts.
/// One table gives the enumerators, GCC's sentences and Clang's.
#define SUTURE_FAULTS(row)                                                                                           \
    row(lacks_component, "the layout lacks the component: name one that it has")                                     \
        row(ambiguous_family, "this layout has several of that family: name the component in full") row(             \
            head_beyond, "the component has no such head: count its heads from 0, over all groups")                  \
            row(heads_of_layout, "a layout has no heads of its own: name the component") row(                        \
                heads_straddle, "these heads lie in several groups here: write one edit a group")                    \
                row(dims_beyond, "dims reach beyond the component: end them at its width, or that of a head") row(   \
                    other_component, "the injected View is of another component: take its values with read()")       \
                    row(other_groups, "the injected View is grouped otherwise: take it from the same layout") row(   \
                        cat_groups, "a part given to cat is grouped otherwise: take it from the same layout")        \
                        row(cat_missing, "cat lacks a component of the layout: give every part once, in order") row( \
                            cat_doubled, "cat has a component twice: give every part of the layout once, in order")  \
                            row(cat_foreign,                                                                         \
                                "cat has a part that the layout lacks: give only those of the layout, in order")     \
                                row(cat_order,                                                                       \
                                    "the parts given to cat are out of order: give them in the order of the layout")

/// @see SUTURE_FAULTS
enum class fault : unsigned char {
    none,
#define SUTURE_FAULT_NAME(name, sentence) name,
    SUTURE_FAULTS(SUTURE_FAULT_NAME)
#undef SUTURE_FAULT_NAME
};

namespace detail {
template <fault>
struct refusal;
#define SUTURE_FAULT_TYPE(name, sentence) \
    template <>                           \
    struct refusal<fault::name> {         \
        using type = rejected<sentence>;  \
    };
SUTURE_FAULTS(SUTURE_FAULT_TYPE)
#undef SUTURE_FAULT_TYPE
}  // namespace detail

// SUTURE_REJECTED(sentence, declarator) declares a function that is always refused with the sentence.
// SUTURE_REJECTED_FOR(fault, declarator) does so with the sentence of a fault that depends on template
// parameters. The declarator carries no return type; constraints go into the template head.
// SUTURE_REJECTED_COPY(sentence, type) does so with a copy constructor, which has no return type to speak with:
// GCC prints the sentence as the type of a defaulted second parameter.
#if defined(__clang__)
#define SUTURE_REJECTED(sentence, ...) void __VA_ARGS__ __attribute__((diagnose_if(true, sentence, "error")))
#define SUTURE_REJECTED_COPY(sentence, type) type(const type&) __attribute__((diagnose_if(true, sentence, "error")))
#define SUTURE_FAULT_ATTRIBUTE(name, sentence) \
    __attribute__((diagnose_if(suture_fault == ::suture::fault::name, sentence, "error")))
// Clang wants the condition beside each sentence, hence the name that every use gives its fault.
#define SUTURE_REJECTED_FOR(suture_fault_parameter, ...) void __VA_ARGS__ SUTURE_FAULTS(SUTURE_FAULT_ATTRIBUTE)
#else
#define SUTURE_REJECTED_COPY(sentence, type) type(const type&, ::suture::rejected<sentence> = {}) = delete
#define SUTURE_REJECTED(sentence, ...) auto __VA_ARGS__->::suture::rejected<sentence> = delete
#define SUTURE_REJECTED_FOR(suture_fault_parameter, ...) \
    auto __VA_ARGS__->typename ::suture::detail::refusal<suture_fault_parameter>::type = delete
#endif

}  // namespace suture
