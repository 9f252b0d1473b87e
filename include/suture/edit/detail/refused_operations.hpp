// Operations that a place or a recipe does not have, under the names that others give to them: whoever writes one out of
// habit reads what to write instead.
#pragma once

#include "suture/core/diagnostics.hpp"

#include <concepts>
#include <string>
#include <type_traits>

#include "suture/core/refuse.hpp"

namespace suture::detail {

#define SUTURE_REFUSED(name, sentence) \
    template <class...>                \
    SUTURE_REJECTED(sentence, name(InBraces = {}, InBraces = {}, InBraces = {}) const);

/// What `on<C>(...)` does not have.
struct RefusedOperations {
    SUTURE_REFUSED(sub, "this operation has another name: write place.subtract(value)")
    SUTURE_REFUSED(mul, "this operation has another name: write place.multiply(value)")
    SUTURE_REFUSED(div, "this operation has another name: write place.divide(value)")
    SUTURE_REFUSED(scale, "this operation has another name: write place.multiply(value)")
    SUTURE_REFUSED(replace, "this operation has another name: write place.set(value)")
    SUTURE_REFUSED(patch, "this operation has another name: write place.set(value)")
    SUTURE_REFUSED(fill, "this operation has another name: write place.set(value)")
    SUTURE_REFUSED(fill_, "this operation has another name: write place.set(value)")
    SUTURE_REFUSED(copy_, "this operation has another name: write place.set(value)")
    SUTURE_REFUSED(zero_, "this operation has another name: write place.zero()")
    SUTURE_REFUSED(ablate, "this operation has another name: write place.zero()")
    SUTURE_REFUSED(add_, "this operation has another name: write place.add(value)")
    SUTURE_REFUSED(sub_, "this operation has another name: write place.subtract(value)")
    SUTURE_REFUSED(mul_, "this operation has another name: write place.multiply(value)")
    SUTURE_REFUSED(div_, "this operation has another name: write place.divide(value)")
    SUTURE_REFUSED(clamp_, "this operation has another name: write place.clamp(low, high)")
    SUTURE_REFUSED(project, "this operation has another name: write place.project_out(direction)")
    SUTURE_REFUSED(mean, "a place has no values: write place.mean_over(Axis::token), or view[place].mean()")
    SUTURE_REFUSED(norm, "a place has no values: read those of an activation, view[place].norm()")
    SUTURE_REFUSED(sum, "a place has no values: read those of an activation, view[place].sum()")
    SUTURE_REFUSED(clone, "a place has no values: read those of an activation, view[place].clone()")
    SUTURE_REFUSED(get, "a place has no values: read those of an activation, view[place].clone()")
    SUTURE_REFUSED(read, "a place has no values: read those of an activation, view[place].read(f)")
    SUTURE_REFUSED(token, "selectors are given at once: write on<C>(token(4), head(3))")
    SUTURE_REFUSED(tokens, "selectors are given at once: write on<C>(tokens(2, 5), head(3))")
    SUTURE_REFUSED(head, "selectors are given at once: write on<C>(token(4), head(3))")
    SUTURE_REFUSED(heads, "selectors are given at once: write on<C>(token(4), heads(0, 4))")
    SUTURE_REFUSED(dims, "selectors are given at once: write on<C>(token(4), dims(0, 10))")
    SUTURE_REFUSED(batch, "selectors are given at once: write on<C>(batch(0), token(4))")
    SUTURE_REFUSED(at, "selectors are given at once: write on<C>(token(4), head(3))")
    template <auto... Numbers>
        requires(sizeof...(Numbers) > 0)
    SUTURE_REJECTED("selectors are given at once: write on<C>(token(4), head<3>)", head(InBraces = {}) const);
    template <auto... Numbers>
        requires(sizeof...(Numbers) > 0)
    SUTURE_REJECTED("selectors are given at once: write on<C>(token(4), heads<0, 4>)", heads(InBraces = {}) const);
    template <auto... Numbers>
        requires(sizeof...(Numbers) > 0)
    SUTURE_REJECTED("selectors are given at once: write on<C>(token(4), dims<0, 10>)", dims(InBraces = {}) const);
    SUTURE_REFUSED(mean_ablate, "this operation has another name: write place.mean_over(Axis::batch)")
    SUTURE_REFUSED(mean_ablation, "this operation has another name: write place.mean_over(Axis::batch)")
    SUTURE_REFUSED(zero_ablate, "this operation has another name: write place.zero()")
    SUTURE_REFUSED(add_noise, "this operation has another name: write place.noise(stddev)")
    SUTURE_REFUSED(gaussian_noise, "this operation has another name: write place.noise(stddev)")
    SUTURE_REFUSED(clip, "this operation has another name: write place.clamp(low, high)")
    SUTURE_REFUSED(pow, "a function of your own is an operation: write place.apply(f)")
    SUTURE_REFUSED(relu, "a function of your own is an operation: write place.apply(f)")
    SUTURE_REFUSED(abs, "a function of your own is an operation: write place.apply(f)")
    SUTURE_REFUSED(exp, "a function of your own is an operation: write place.apply(f)")
    SUTURE_REFUSED(neg, "a function of your own is an operation: write place.apply(f)")
    SUTURE_REFUSED(softmax, "a function of your own is an operation: write place.apply(f)")
    SUTURE_REFUSED(map, "a function of your own is an operation: write place.apply(f)")
    SUTURE_REFUSED(transform, "a function of your own is an operation: write place.apply(f)")
    SUTURE_REFUSED(permute, "a function of your own is an operation: write place.apply(f)")
    SUTURE_REFUSED(shuffle, "a function of your own is an operation: write place.apply(f)")
    SUTURE_REFUSED(size, "a place has no values: read those of an activation, view[place].size(0)")
    SUTURE_REFUSED(sizes, "a place has no values: read those of an activation, view[place].sizes()")
    SUTURE_REFUSED(begin, "a place has no values: read those of an activation, view[place].clone()")
    SUTURE_REFUSED(end, "a place has no values: read those of an activation, view[place].clone()")
    SUTURE_ABSENT("a place has no values: read those of an activation, view[place].sizes()", shape);
    SUTURE_ABSENT("a component knows its numbers: write Q<768, 12>::width", width);
    SUTURE_ABSENT("a component knows its numbers: write Q<768, 12>::width", offset);
    template <class I>
    SUTURE_REJECTED("selectors are given at once: write on<C>(token(4), head(3))", operator[](const I&) const);
#define SUTURE_NOT_ITS_VALUES(symbol, method)                                                                      \
    template <class V>                                                                                             \
    SUTURE_REJECTED("a place is not its values: write place." #method "(value), or view[place] " #symbol " value", \
                    operator symbol(const V&) const);
    SUTURE_NOT_ITS_VALUES(+, add)
    SUTURE_NOT_ITS_VALUES(-, subtract)
    SUTURE_NOT_ITS_VALUES(*, multiply)
    SUTURE_NOT_ITS_VALUES(/, divide)
#undef SUTURE_NOT_ITS_VALUES
    SUTURE_REJECTED_CONDITION("a place is not a condition: compare what it reads, view[place]");
    template <std::derived_from<RefusedOperations> P>
    friend SUTURE_REJECTED("a place has no values to print: print an edit, or view[place]", operator+(const char*,
                                                                                                      const P&));
    template <std::derived_from<RefusedOperations> P>
    friend SUTURE_REJECTED(
        "a place has no values to print: print an edit, or view[place]", operator+(const std::string&, const P&));
#define SUTURE_NUMBER_FIRST(symbol, method)                                                                     \
    template <class N, std::derived_from<RefusedOperations> P>                                                  \
        requires(std::is_arithmetic_v<N>)                                                                       \
    friend SUTURE_REJECTED(                                                                                     \
        "a place is not its values: write place." #method "(x), or x " #symbol " view[place]", operator symbol( \
                                                                                                   const N&,    \
                                                                                                   const P&));
    SUTURE_NUMBER_FIRST(*, multiply)
    SUTURE_NUMBER_FIRST(+, add)
#undef SUTURE_NUMBER_FIRST
    template <class V>
    SUTURE_REJECTED("places are not compared: compare what they read, a[place] == b[place]", operator==(const V&)
                                                                                                 const);
    template <class V>
    SUTURE_REJECTED("edits compose with |: write on<Q>().zero() | on<K>().zero()", operator&(const V&) const);
    template <class V>
    SUTURE_REJECTED("edits compose with |: write on<Q>().zero() | on<K>().zero()", operator&&(const V&) const);
    SUTURE_REFUSED(operator(), "a place is read in brackets: write view[on<C>(token(4))]")
    template <class V>
    SUTURE_REJECTED("a place is not its values: write x[place] += value, or place.add(value)", operator+=(const V&)
                                                                                                   const);
    template <class V>
    SUTURE_REJECTED("a place is not its values: write x[place] -= value, or place.subtract(value)", operator-=(const V&)
                                                                                                        const);
    template <class V>
    SUTURE_REJECTED("a place is not its values: write x[place] *= value, or place.multiply(value)", operator*=(const V&)
                                                                                                        const);
    template <class V>
    SUTURE_REJECTED("a place is not its values: write x[place] /= value, or place.divide(value)", operator/=(const V&)
                                                                                                      const);
};

/// What an edit or a recipe does not have.
template <class Of>
struct RefusedOnRecipes {
    SUTURE_REFUSED(set, "edits compose with |: write on<C>().zero() | on<C>().set(value)")
    SUTURE_REFUSED(zero, "edits compose with |: write on<C>().add(1) | on<C>().zero()")
    SUTURE_REFUSED(add, "edits compose with |: write on<C>().zero() | on<C>().add(value)")
    SUTURE_REFUSED(subtract, "edits compose with |: write on<C>().zero() | on<C>().subtract(value)")
    SUTURE_REFUSED(multiply, "edits compose with |: write on<C>().add(1) | on<C>().multiply(value)")
    SUTURE_REFUSED(divide, "edits compose with |: write on<C>().add(1) | on<C>().divide(value)")
    SUTURE_REFUSED(clamp, "edits compose with |: write on<C>().add(1) | on<C>().clamp(low, high)")
    SUTURE_REFUSED(noise, "edits compose with |: write on<C>().zero() | on<C>().noise(stddev)")
    SUTURE_REFUSED(at, "an edit has its place already: write on<C>(token(4)).zero()")
    SUTURE_REFUSED(token, "an edit has its place already: write on<C>(token(4)).zero()")
    SUTURE_REFUSED(head, "an edit has its place already: write on<C>(head(3)).zero()")
    template <class I>
    SUTURE_REJECTED("an edit has its place already: write on<C>(token(4)).zero()", operator[](const I&) const);
    template <class V>
    SUTURE_REJECTED("recipes are not compared: compare their texts, to_string(a) == to_string(b)", operator==(const V&)
                                                                                                       const);
    template <class V>
    SUTURE_REJECTED("edits compose with |: write on<Q>().zero() | on<K>().zero()", operator&&(const V&) const);
    template <class V>
    SUTURE_REJECTED("edits compose with |: write on<Q>().zero() | on<K>().zero()", operator||(const V&) const);
    SUTURE_REJECTED_CONDITION("a recipe is not a condition: apply it, view | recipe");
    SUTURE_REFUSED(extend, "a recipe is a value: write auto longer = recipe | edit")
    SUTURE_REFUSED(mul, "edits compose with |: write on<C>().add(1) | on<C>().multiply(value)")
    SUTURE_REFUSED(then, "edits compose with |: write on<Q>().zero() | on<K>().zero()")
    SUTURE_REFUSED(forward, "a pipe applies a recipe: write view | recipe")
    SUTURE_REFUSED(name, "a recipe is printed: write to_string(recipe)")
    SUTURE_REFUSED(text, "a recipe is printed: write to_string(recipe)")
    SUTURE_REFUSED(str, "a recipe is printed: write to_string(recipe)")
    SUTURE_REFUSED(on, "edits compose with |: write on<Q>().zero() | on<K>().zero()")
    SUTURE_REFUSED(apply, "a pipe applies a recipe: write view | recipe")
    SUTURE_REFUSED(run, "a pipe applies a recipe: write view | recipe")
    SUTURE_REFUSED(operator(), "a pipe applies a recipe: write view | recipe")
    SUTURE_REFUSED(append, "a recipe is a value: write auto longer = recipe | edit")
    SUTURE_REFUSED(push_back, "a recipe is a value: write auto longer = recipe | edit")
};

#undef SUTURE_REFUSED

}  // namespace suture::detail

#include "suture/core/end_refuse.hpp"
