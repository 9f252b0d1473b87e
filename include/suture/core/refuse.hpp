// The macros that declare refused calls. A header that uses them includes this one after all others, and ends with
// end_refuse.hpp: no macro of ours is left in a user's file. So neither has a guard.
#ifndef SUTURE_REJECTED

// What can be wrong between an edit and the layout it is applied to, or between `cat` and its parts. One table yields
// the enumerators, GCC's sentences and Clang's.
// clang-format off
#define SUTURE_FAULTS(row)                                                                                        \
    row(lacks_component,  "the layout lacks the component: name one that it has")                                 \
    row(ambiguous_family, "the layout has several components of this family: name one in full")                   \
    row(head_beyond,      "the component has no such head: count its heads from 0, over all groups")              \
    row(heads_of_layout,  "a layout has no heads: name one of its components")                                    \
    row(dims_beyond,      "dims reach beyond the component or head: end them at its width")                       \
    row(no_token_axis,    "the layout names no token axis: leave the selector out, or name the axis")             \
    row(no_batch_axis,    "the layout names no batch axis: leave the selector out, or name the axis")             \
    row(other_component,  "the injected View holds another component: take its values with read()")               \
    row(other_groups,     "the injected View is grouped differently: take it from the same layout")               \
    row(other_axes,       "the injected View has other axes: take it from a layout with the same axes")           \
    row(sweep_axes,       "a sweep patches [batch, token, channel]: give sites with axes in that order")          \
    row(cat_axes,         "a part given to cat has other axes: take it from a layout with the same axes")         \
    row(cat_groups,       "a part given to cat is grouped differently: take it from the same layout")             \
    row(cat_missing,      "cat is missing a component of the layout: give every part once, in order")             \
    row(cat_doubled,      "cat was given a component twice: give every part once, in order")                      \
    row(cat_foreign,      "cat was given a part that the layout lacks: give only those of the layout, in order")  \
    row(cat_order,        "the parts given to cat are out of order: give them in the order of the layout")
// clang-format on

// What is wrong with the numbers of a layout: said by the compiler of numbers that it knows, and at run time of others.
#define SUTURE_NO_CHANNELS "a component has no channels: give it a width of at least 1"
#define SUTURE_UNEVEN_HEADS "the heads do not divide the width: give a width that is heads times head width"
#define SUTURE_OTHER_SUM "the widths do not sum to the width of the layout: correct a width or the total"
#define SUTURE_NO_GROUPS "a layout without groups: give it at least 1"

// SUTURE_REJECTED(sentence, declarator) declares a function that always refuses, with the sentence.
// SUTURE_REJECTED_FOR(suture_fault, declarator) does so with the sentence of a fault that depends on template
// parameters. The declarator carries no return type; constraints go into the template head.
// Every public overload set ends with a last resort, so that no guess meets "no matching function":
//     template <class...>
//     SUTURE_REJECTED("...", f(...));
// A C ellipsis is the worst conversion that there is: it never takes a call that another overload would take.
// Constructors and conversions have no return type, so GCC prints their sentence as the type of a defaulted parameter;
// Clang sees theirs only if they are not templates.
// SUTURE_REJECTED_FROM(sentence, type, parameter) declares a constructor of one parameter that refuses,
// SUTURE_REJECTED_COPY(sentence, type) the copy constructor, SUTURE_REJECTED_DEFAULT(sentence, type) the default one;
// SUTURE_REJECTED_CONVERSION(sentence, target, qualifiers) a conversion.
// SUTURE_REJECTED_CONDITION(sentence) one to bool, in a condition only.
// SUTURE_REJECTED_NUMBER(sentence) one to a number, also to a bool outside a condition.
// SUTURE_ABSENT(sentence, name) declares a member that does not exist, under a name that newcomers look for: whoever reads,
// calls or assigns it gets the sentence, with parentheses or without. Unlike a refused call it stops the build where code
// only probes, so it is not for names that the standard library, range-v3 or LibTorch ask for (size, begin, get, weight).
#if defined(__clang__)
// Clang warns about its own extension under -Wpedantic, even in a macro of a header that the user only includes.
#define SUTURE_DIAGNOSED(condition, sentence)                                             \
    _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Wgcc-compat\"") \
        __attribute__((diagnose_if(condition, sentence, "error"))) _Pragma("clang diagnostic pop")
#define SUTURE_REJECTED(sentence, ...) void __VA_ARGS__ SUTURE_DIAGNOSED(true, sentence)
#define SUTURE_REJECTED_FROM(sentence, type, ...) type(__VA_ARGS__) SUTURE_DIAGNOSED(true, sentence)
#define SUTURE_REJECTED_DEFAULT(sentence, type) type() SUTURE_DIAGNOSED(true, sentence)
#define SUTURE_REJECTED_CONVERSION(sentence, target, qualifiers) \
    operator target() qualifiers SUTURE_DIAGNOSED(true, sentence)
#define SUTURE_REJECTED_CONDITION(sentence) explicit operator bool() const SUTURE_DIAGNOSED(true, sentence)
#define SUTURE_REJECTED_NUMBER(sentence) operator double() const SUTURE_DIAGNOSED(true, sentence)
#define SUTURE_FAULT_ATTRIBUTE(name, sentence) SUTURE_DIAGNOSED(suture_fault == ::suture::detail::Fault::name, sentence)
// Clang wants the condition beside each sentence, so every use gives its fault the same name.
#define SUTURE_REJECTED_FOR(suture_fault_parameter, ...) void __VA_ARGS__ SUTURE_FAULTS(SUTURE_FAULT_ATTRIBUTE)
#else
#define SUTURE_REJECTED(sentence, ...) auto __VA_ARGS__->::suture::Rejected<sentence> = delete
#define SUTURE_REJECTED_FROM(sentence, type, ...) type(__VA_ARGS__, ::suture::Rejected<sentence> = {}) = delete
#define SUTURE_REJECTED_DEFAULT(sentence, type) explicit type(::suture::Rejected<sentence> = {}) = delete
#define SUTURE_REJECTED_CONVERSION(sentence, target, qualifiers)  \
    template <class Target, class = ::suture::Rejected<sentence>> \
        requires ::suture::detail::is_target<Target, target>      \
    operator Target() qualifiers = delete
#define SUTURE_REJECTED_CONDITION(sentence)                       \
    template <class Target, class = ::suture::Rejected<sentence>> \
        requires ::suture::detail::ConditionTarget<Target>        \
    explicit operator Target() const = delete
#define SUTURE_REJECTED_NUMBER(sentence)                          \
    template <class Target, class = ::suture::Rejected<sentence>> \
        requires ::suture::detail::NumberTarget<Target>           \
    operator Target() const = delete
#define SUTURE_REJECTED_FOR(suture_fault_parameter, ...) \
    auto __VA_ARGS__->typename ::suture::detail::Refusal<suture_fault_parameter>::type = delete
#endif
#define SUTURE_ABSENT(sentence, name) \
    static const ::suture::detail::AbsentMember name __attribute__((unavailable(sentence)))
#define SUTURE_REJECTED_COPY(sentence, type) SUTURE_REJECTED_FROM(sentence, type, const type&)

#endif
