// Reading: the operations that View and Owned share. Every result has storage of its own, so no result leads back to
// the source; `read(f)` lends the tensor to any other function, and checks that f does not write it.
#pragma once

#include "suture/core/layout.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/detail/write_watch.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ScalarOps.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace suture {

template <class X, Index Groups = 1>
    requires detail::Hosted<X, Groups>
class View;
template <class X, Index Groups = 1>
    requires detail::Hosted<X, Groups>
class Owned;

/// A number that tensor operations take. Characters are not numbers.
template <class N>
concept Number = std::same_as<N, bool> || std::floating_point<N> || Integer<N>;

namespace detail {
/// The number as LibTorch takes it: LibTorch has no unsigned and no long double types.
/// @throws ValueError if an unsigned number is larger than int64 can hold
template <Number N>
at::Scalar scalar_of(N number) {
    if constexpr (std::is_same_v<N, bool>)
        return number;
    else if constexpr (std::is_floating_point_v<N>)
        return static_cast<double>(number);
    else {
        if (std::cmp_greater(number, std::numeric_limits<std::int64_t>::max()))
            throw ValueError(c10::str(number) + " does not fit int64: give a smaller number");
        return static_cast<std::int64_t>(number);
    }
}

/// The only way to the tensor inside, and to make a View or an Owned from a tensor that is known to fit.
struct Access {
    template <class T>
    static const at::Tensor& tensor(const T& t) {
        return t.tensor_;
    }
    template <class T>
    static T make(at::Tensor t) {
        return T(std::move(t));
    }
    /// A View of some tokens or batch rows: its positions are no longer those of the activation.
    template <class T>
    static T make_cut(at::Tensor t) {
        return T(std::move(t), true);
    }
    template <class X, Index G>
    static bool is_cut(const View<X, G>& view) {
        return view.cut_;
    }
    /// The tensor of an Owned with all channels on the last axis.
    template <class X, Index G>
    static at::Tensor packed(const Owned<X, G>& owned) {
        return owned.packed();
    }
};

template <class>
inline constexpr bool is_readable = false;
template <class X, Index G>
inline constexpr bool is_readable<View<X, G>> = true;
template <class X, Index G>
inline constexpr bool is_readable<Owned<X, G>> = true;
}  // namespace detail

/// A View or an Owned.
template <class T>
concept Readable = detail::is_readable<std::remove_cvref_t<T>>;

/// The other operand of arithmetic with a Readable.
template <class T>
concept Operand = Number<T> || std::same_as<T, at::Tensor> || Readable<T>;

namespace detail {
/// Whether both hold the same component or layout, whether as a View or as an Owned.
template <class, class>
inline constexpr bool same_held = false;
template <template <class, Index> class A, template <class, Index> class B, class X, Index G>
inline constexpr bool same_held<A<X, G>, B<X, G>> = true;

template <class T>
at::Tensor plain(const T& value) {
    if constexpr (Readable<T>)
        return value.unsafe_tensor();
    else if constexpr (Number<T>)
        return at::native::wrapped_scalar_tensor(scalar_of(value));
    else if (value.defined())
        return value;
    else
        throw TypeError("the other operand is an undefined tensor: give it a value");
}

/// The result of arithmetic between A and B: an Owned of A's kind if B is a number, a tensor, or the same component or
/// layout; otherwise (for example a query times a key) a plain tensor, because it is neither.
template <Readable A, class B>
auto typed_result(at::Tensor result) {
    if constexpr (Readable<B> && !same_held<A, B>)
        return result;
    else
        return Access::make<typename A::owned_type>(A::check_shape(std::move(result)));
}

/// Operators that only argument-dependent lookup finds.
struct Arithmetic {
#define SUTURE_ARITHMETIC(symbol, method)                     \
    template <Readable A, Operand B>                          \
    friend auto operator symbol(const A& a, const B& b) {     \
        return typed_result<A, B>(plain(a).method(plain(b))); \
    }                                                         \
    template <class A, Readable B>                            \
        requires(Operand<A> && !Readable<A>)                  \
    friend auto operator symbol(const A& a, const B& b) { return typed_result<B, A>(plain(a).method(plain(b))); }
#define SUTURE_COMPARISON(symbol, method)                       \
    template <Readable A, Operand B>                            \
    friend at::Tensor operator symbol(const A& a, const B& b) { \
        return plain(a).method(plain(b));                       \
    }                                                           \
    template <class A, Readable B>                              \
        requires(Operand<A> && !Readable<A>)                    \
    friend at::Tensor operator symbol(const A& a, const B& b) { return plain(a).method(plain(b)); }
    SUTURE_ARITHMETIC(+, add)
    SUTURE_ARITHMETIC(-, sub)
    SUTURE_ARITHMETIC(*, mul)
    SUTURE_ARITHMETIC(/, div)
    SUTURE_COMPARISON(==, eq)
    SUTURE_COMPARISON(!=, ne)
    SUTURE_COMPARISON(<, lt)
    SUTURE_COMPARISON(<=, le)
    SUTURE_COMPARISON(>, gt)
    SUTURE_COMPARISON(>=, ge)
#undef SUTURE_ARITHMETIC
#undef SUTURE_COMPARISON
    template <Readable A>
    friend auto operator-(const A& a) {
        return typed_result<A, A>(plain(a).neg());
    }
};

// The results that a function given to read() may have: suture must find every tensor in them to detect aliases.

/// A value that contains no tensor, or one that can only be read.
template <class T>
concept Inert = std::is_arithmetic_v<T> || std::is_enum_v<T> || std::same_as<T, at::Scalar> || Readable<T>;
template <class T>
concept Optional = requires(T& t) {
    t.has_value();
    *t;
};
template <class T>
concept Tuple = requires {
    std::tuple_size<T>::value;
};
/// A container that owns its elements. A trivially copyable one, such as a span, only points to them.
template <class T>
concept Container = requires(T& t) {
    std::begin(t), std::end(t);
}
&&!std::is_trivially_copyable_v<T>;
template <Container T>
using element = decltype(*std::begin(std::declval<T&>()));

/// Whether every tensor in a T can be found and replaced.
template <class T>
constexpr bool separable() {
    using plain = std::remove_const_t<T>;
    if constexpr (Inert<plain> || std::same_as<T, at::Tensor>)
        return true;
    else if constexpr (Optional<T>)
        return separable<std::remove_reference_t<decltype(*std::declval<T&>())>>();
    else if constexpr (Tuple<T>)
        return []<std::size_t... Is>(std::index_sequence<Is...>) {
            return (separable<std::tuple_element_t<Is, T>>() && ...);
        }
    (std::make_index_sequence<std::tuple_size_v<T>>());
    else if constexpr (Container<T>) {
        if constexpr (std::same_as<std::remove_cvref_t<element<T>>, plain>)
            return false;  // a path of paths of ...
        else if constexpr (std::is_lvalue_reference_v<element<T>>)
            return separable<std::remove_reference_t<element<T>>>();
        else
            return Inert<typename T::value_type>;  // std::vector<bool>
    }
    else return false;
}

/// Clones each tensor in the result that shares the storage of `source`.
template <class T>
void without_alias(T& result, const at::Tensor& source) {
    if constexpr (std::same_as<T, at::Tensor>) {
        if (result.defined() && result.has_storage() && source.has_storage() && result.is_alias_of(source))
            result = result.clone();
    } else if constexpr (Inert<std::remove_const_t<T>>) {
    } else if constexpr (Optional<T>) {
        if (result.has_value()) without_alias(*result, source);
    } else if constexpr (Tuple<T>) {
        std::apply([&](auto&... parts) { (without_alias(parts, source), ...); }, result);
    } else if constexpr (std::is_lvalue_reference_v<element<T>>) {
        for (auto& part : result) without_alias(part, source);
    }
}

/// A function whose result, if any, can be checked for aliases.
template <class F>
concept Reader = std::invocable<F, const at::Tensor&> &&
    (std::is_void_v<std::invoke_result_t<F, const at::Tensor&>> ||
     separable<std::remove_cvref_t<std::invoke_result_t<F, const at::Tensor&>>>());

/// The operations that View and Owned share. Self keeps its tensor as `tensor_`.
template <class Self, class X, Index Groups>
class Reading : Arithmetic {
public:
    using owned_type = Owned<X, Groups>;

    /// The shape: [..., width], or [..., groups, width] of a component in groups.
    at::IntArrayRef sizes() const { return tensor().sizes(); }
    Index size(Index dim) const { return tensor().size(dim); }
    Index dim() const { return tensor().dim(); }
    Index numel() const { return tensor().numel(); }
    at::ScalarType dtype() const { return tensor().scalar_type(); }
    at::Device device() const { return tensor().device(); }
    bool requires_grad() const { return tensor().requires_grad(); }

    // Reductions: those of at::Tensor with the same names.
    at::Tensor sum() const { return tensor().sum(); }
    at::Tensor sum(Index dim, bool keepdim = false) const { return tensor().sum(dim, keepdim); }
    at::Tensor mean() const { return tensor().mean(); }
    at::Tensor mean(Index dim, bool keepdim = false) const { return tensor().mean(dim, keepdim); }
    at::Tensor norm() const { return tensor().norm(); }
    at::Tensor norm(Index dim, bool keepdim = false) const { return tensor().norm(2, dim, keepdim); }
    at::Tensor max() const { return tensor().max(); }
    at::Tensor min() const { return tensor().min(); }
    at::Tensor argmax(Index dim) const { return tensor().argmax(dim); }

    /// The matrix product with a tensor, a View or an Owned, as `at::matmul`.
    template <class B>
        requires(Readable<B> || std::same_as<B, at::Tensor>)
    at::Tensor matmul(const B& other)
    const { return tensor().matmul(plain(other)); }

    /// Whether shape, dtype, device and values are equal. NaN equals nothing.
    template <Readable B>
    bool equal(const B& other) const {
        return dtype() == other.dtype() && device() == other.device() && tensor().equal(plain(other));
    }

    /// Lends the tensor to `f` and returns the result of f; a tensor in it that aliases the storage is cloned first.
    /// f may return nothing, numbers, text, tensors, Views and Owneds, and optionals, tuples and standard containers
    /// of these.
    ///
    ///     at::Tensor scores = q.read([](const at::Tensor& t) { return t.softmax(-1); });
    ///
    /// @throws OwnershipError if f wrote into the tensor
    template <Reader F>
    auto read(F&& f) const {
        const WriteWatch watch(tensor());
        if constexpr (std::is_void_v<std::invoke_result_t<F, const at::Tensor&>>) {
            std::forward<F>(f)(tensor());
            watch.check("the function given to read()");
        } else {
            auto result = std::forward<F>(f)(tensor());
            watch.check("the function given to read()");
            without_alias(result, tensor());
            return result;
        }
    }

    template <std::invocable<const at::Tensor&> F>
        requires(!Reader<F>)
    SUTURE_REJECTED("the result of read() could alias the source: return tensors, or containers of them",
                    read(F&&) const);

    /// The tensor itself, without the protection of suture.
    const at::Tensor& unsafe_tensor() const { return tensor(); }

    /// @throws ShapeError if the last axes are no longer those of X: broadcasting can stretch a width of 1
    static at::Tensor check_shape(at::Tensor t) {
        if (t.layout() != at::kStrided) throw TypeError("the result is not dense: use read() for a plain tensor");
        using L = host_layout<X, Groups>;
        const bool fits = Groups == 1 ? t.dim() >= 1 && t.size(-1) == L::width
                                      : t.dim() >= 2 && t.size(-1) == L::period && t.size(-2) == L::groups;
        if (!fits)
            throw ShapeError("the result has shape " + shape_text(t.sizes()) + ", which is not a " +
                             layout_text(facts_of<L>) + ": use read() for a plain tensor");
        return t;
    }

protected:
    /// @throws OwnershipError if it was moved from or taken
    const at::Tensor& held() const {
        const at::Tensor& t = Access::tensor(static_cast<const Self&>(*this));
        if (!t.defined())
            throw OwnershipError("this Owned or View was moved from and is empty: use the one it was moved to");
        return t;
    }

private:
    const at::Tensor& tensor() const { return held(); }
};
}  // namespace detail

}  // namespace suture
