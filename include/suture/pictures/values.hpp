// The numbers that a picture shows.
#pragma once

#include <suture/tensor/torch.hpp>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

namespace suture::pictures {

/// A tensor of numbers. It is made from a tensor, and from nothing else: a vector of numbers has no shape.
///
///     HeatMap{.values = at::tensor(numbers).reshape({12, 15})}
class Values : public at::Tensor {
public:
    Values() = default;
    Values(at::Tensor numbers) : at::Tensor(std::move(numbers)) {}
    /// Whatever converts to a tensor, such as the result of an edit.
    template <class T>
        requires(!std::derived_from<std::remove_cvref_t<T>, at::Tensor>)
    Values(T&& numbers) : at::Tensor(from(std::forward<T>(numbers))) {}

private:
    // Not a constraint, because a constructor that is a template has no other way to say a sentence with Clang.
    template <class T>
    static at::Tensor from(T&& numbers) {
        static_assert(std::convertible_to<T, at::Tensor>,
                      "a picture shows a tensor: write at::tensor(numbers), or view.clone().take()");
        return std::forward<T>(numbers);
    }
};

/// A text of a picture, such as its title: a string that is made from text only.
class Words : public std::string {
public:
    Words() = default;
    template <class T>
        requires(!std::derived_from<std::remove_cvref_t<T>, Words>)
    Words(T&& text) : std::string(from(std::forward<T>(text))) {}

private:
    template <class T>
    static std::string from(T&& text) {
        static_assert(std::convertible_to<T, std::string>,
                      "a picture begins with its title: write HeatMap{.title = title, .values = tensor}");
        return std::forward<T>(text);
    }
};

}  // namespace suture::pictures
