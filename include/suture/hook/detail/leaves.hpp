// Leaves: the tensors in a module's arguments or result, which may be a tensor, or tuples, pairs, optionals and vectors
// of tensors, nested to any depth.
#pragma once

#include "suture/tensor/torch.hpp"

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace suture::detail {

template <class T>
concept TupleLike = requires {
    std::tuple_size<T>::value;
};
template <class T>
concept OptionalLike = requires(T t) {
    t.has_value();
    *t;
    t.reset();
};

/// The number of places for tensors in T; the elements of a vector share one.
template <class T>
inline constexpr std::size_t leaves_in = [] {
    if constexpr (std::is_same_v<T, at::Tensor>)
        return std::size_t{1};
    else if constexpr (OptionalLike<T>)
        return leaves_in<std::remove_cvref_t<decltype(*std::declval<T&>())>>;
    else if constexpr (TupleLike<T>)
        return []<std::size_t... Is>(std::index_sequence<Is...>) {
            return (std::size_t{0} + ... + leaves_in<std::tuple_element_t<Is, T>>);
        }
    (std::make_index_sequence<std::tuple_size_v<T>>{});
    else return std::size_t{0};
}();
template <class T, class Allocator>
inline constexpr std::size_t leaves_in<std::vector<T, Allocator>> = leaves_in<T>;

/// Calls f(tensor, place) for every defined tensor in `value`, counting places from `first`.
template <class F>
void for_each_leaf(at::Tensor& value, std::size_t first, const F& f) {
    if (value.defined()) f(value, first);
}
template <class T, class F>
void for_each_leaf(T& value, std::size_t first, const F& f) {
    if constexpr (leaves_in<T> == 0)
        return;
    else if constexpr (OptionalLike<T>) {
        if (value.has_value()) for_each_leaf(*value, first, f);
    } else if constexpr (TupleLike<T>) {
        [&]<std::size_t... Is>(std::index_sequence<Is...>) {
            ((for_each_leaf(std::get<Is>(value), first, f), first += leaves_in<std::tuple_element_t<Is, T>>), ...);
        }
        (std::make_index_sequence<std::tuple_size_v<T>>{});
    } else {
        for (auto& element : value) for_each_leaf(element, first, f);
    }
}

}  // namespace suture::detail
