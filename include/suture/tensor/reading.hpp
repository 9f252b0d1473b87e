// Reading: the operations that View, Owned and their places share. Every result has storage of its own, so no result leads
// back to the source; `read(f)` lends the tensor to any other function, and checks that f does not write it.
#pragma once

#include "suture/core/where.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/detail/cut.hpp"
#include "suture/tensor/detail/loan.hpp"
#include "suture/tensor/detail/plain_storage.hpp"
#include "suture/tensor/detail/refused_members.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/extents.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/scalar_tensor.h>
#include <c10/core/WrapDimMinimal.h>
#include <c10/util/Exception.h>
#include <c10/util/accumulate.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <memory>
#include <ostream>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

template <class X>
class View;
template <class X>
class Owned;
template <Layout X>
class Piece;
template <Layout X>
class Region;
template <class Selector, Where... Ws>
class Place;

/// A number that tensor operations take. Characters are not numbers.
template <class N>
concept Number = std::same_as<N, bool> || std::floating_point<N> || Integer<N>;

/// A shape by value, which converts to at::IntArrayRef.
class Sizes : public std::vector<Index> {
public:
    explicit Sizes(at::IntArrayRef sizes) : std::vector<Index>(sizes.begin(), sizes.end()) {}
    friend std::ostream& operator<<(std::ostream& out, const Sizes& sizes) { return out << shape_text(sizes); }
};

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
    /// The tensor that it is a part of.
    template <class T>
    static const at::Tensor& tensor(const T& t) {
        if constexpr (requires { t.owned_; })
            return t.tensor();
        else
            return t.tensor_;
    }
    /// The tensor of an Owned, to be written: nobody else holds it or its storage.
    template <class T>
    static const at::Tensor& own(T& owned) {
        (void)owned.held();
        make_alone(owned.tensor_);
        return owned.tensor_;
    }
    /// The values in the shape that is shown: a view of the storage where one exists, otherwise a copy.
    template <class T>
    static at::Tensor values(const T& t) {
        (void)t.held();
        return t.values();
    }
    template <class T>
    static at::Tensor unprotected(const T& t) {
        (void)t.held();
        return t.unprotected();
    }
    template <class T>
    static std::string description(const T& t) {
        return t.description();
    }
    /// Where the channels of a View lie in its tensor.
    template <class T>
    static const StridedSlice& where(const T& view) {
        return view.where_;
    }
    template <class T, class... Args>
    static T make(at::Tensor&& t, Args&&... args) {
        return T(std::move(t), std::forward<Args>(args)...);
    }
    /// The View lets go of its tensor and its loan without counting down. @pre they were not counted up for it
    template <class T>
    static void forget_handles(T& view) {
        (void)view.tensor_.unsafeReleaseTensorImpl();
        view.loan_.forget();
    }
    /// Expires when the Owned is moved, taken or destroyed.
    template <class T>
    static auto watch(T& owned) {
        return owned.places_.watch();
    }
    template <class T>
    static void replace(T& owned, at::Tensor&& by) {
        owned.tensor_ = std::move(by);
    }
    /// A place of an Owned.
    template <class Part, class... Args>
    static Region<Part> region(Args&&... args) {
        return Region<Part>(std::forward<Args>(args)...);
    }
    /// The positions that a View or an Owned holds of an activation; null if it holds all of them.
    template <class T>
    static const auto& cut(const T& view) {
        return view.cut_;
    }
    /// The numbers of what a View, an Owned or a place of one holds.
    template <class T>
    static const auto& extents(const T& t) {
        return t.extents_;
    }
    template <class T>
    static at::IntArrayRef sizes(const T& t) {
        return t.own_sizes();
    }
    template <class C, class T>
    static auto component(const T& view) {
        return view.template component<C>();
    }
    /// The values that an injected View, piece, place or Owned means at a place of an activation.
    template <class T>
    static at::Tensor injected(const T& value, const InjectedAt& at) {
        (void)value.held();
        return value.injected(at);
    }
    template <class T>
    static T snapshot(const T& t) {
        (void)t.held();
        return t.snapshot();
    }
    template <class P>
    static const auto& wheres(const P& place) {
        return place.wheres_;
    }
};

/// What is wrong with injecting a value of this type where X is held.
template <class Value, class X>
inline constexpr Fault injected_fault = Fault::none;
/// The component that a View of X holds, in groups or not; X itself if it is a layout of several.
template <class X>
struct ComponentHeld {
    using type = X;
};
template <Index Groups, Component C>
struct ComponentHeld<Grouped<Groups, C>> {
    using type = C;
};
template <class X>
    requires(is_ordered<X>)
struct ComponentHeld<X> : ComponentHeld<unordered<X>> {};
template <class Y, class X>
inline constexpr Fault part_fault =
    can_be_same<Y, X>                                                                ? Fault::none
    : axes_of<Y> != axes_of<X>&& can_be_same<unordered<Y>, unordered<X>>             ? Fault::other_axes
    : is_same_kind<typename ComponentHeld<Y>::type, typename ComponentHeld<X>::type> ? Fault::other_groups
                                                                                     : Fault::other_component;
template <class Y, class X>
inline constexpr Fault injected_fault<View<Y>, X> = part_fault<Y, X>;
template <class Y, class X>
inline constexpr Fault injected_fault<Piece<Y>, X> = part_fault<Y, X>;
template <class Y, class X>
inline constexpr Fault injected_fault<Owned<Y>, X> = part_fault<Y, X>;
template <class Y, class X>
inline constexpr Fault injected_fault<Region<Y>, X> = part_fault<Y, X>;

template <class>
inline constexpr bool is_place = false;
template <class Selector, class... Ws>
inline constexpr bool is_place<Place<Selector, Ws...>> = true;

template <class>
inline constexpr bool is_readable = false;
template <class X>
inline constexpr bool is_readable<View<X>> = true;
template <class X>
inline constexpr bool is_readable<Owned<X>> = true;
template <class X>
inline constexpr bool is_readable<Piece<X>> = true;
template <class X>
inline constexpr bool is_readable<Region<X>> = true;

template <class>
inline constexpr bool is_snapshotable = false;
template <class X>
inline constexpr bool is_snapshotable<View<X>> = true;
template <class X>
inline constexpr bool is_snapshotable<Piece<X>> = true;
}  // namespace detail

/// A View, an Owned, or a piece of one.
template <class T>
concept Readable = detail::is_readable<std::remove_cvref_t<T>>;

/// The other operand of arithmetic with a Readable.
template <class T>
concept Operand = Number<T> || std::same_as<T, at::Tensor> || Readable<T>;

namespace detail {
/// The component or layout that a View or an Owned holds; void for a piece, which is a part of one.
template <class T>
struct HeldBy {
    using type = void;
};
template <class X>
struct HeldBy<View<X>> {
    using type = X;
};
template <class X>
struct HeldBy<Owned<X>> {
    using type = X;
};
template <class T>
using held_type = typename HeldBy<std::remove_cvref_t<T>>::type;

/// Whether arithmetic between them would mix components.
template <class A, class B>
inline constexpr bool mixes_components = Readable<A>&& Readable<B> && !std::is_void_v<held_type<A>> &&
                                         !std::is_void_v<held_type<B>> && !can_be_same<held_type<A>, held_type<B>>;

/// @throws TypeError if two Views or Owneds of one kind have other numbers, which the compiler does not know
template <class A, class B>
void check_same_numbers([[maybe_unused]] const A& a, [[maybe_unused]] const B& b) {
    if constexpr (!std::is_void_v<held_type<A>> && !std::is_void_v<held_type<B>>)
        if constexpr (!is_static<held_type<A>> || !is_static<held_type<B>>)
            check_agree(Access::extents(a).facts(), Access::extents(b).facts(), "the operands");
}

/// A number as LibTorch's operators know it in expressions: it does not widen the dtype of the tensor beside it.
inline at::Tensor number_tensor(const at::Scalar& number) {
    at::Tensor t = at::scalar_tensor(number, at::TensorOptions().dtype(number.type()).device(at::kCPU));
    t.unsafeGetTensorImpl()->set_wrapped_number(true);
    return t;
}

template <class T>
at::Tensor plain(const T& value) {
    if constexpr (Readable<T>)
        return Access::values(value);
    else if constexpr (Number<T>)
        return number_tensor(scalar_of(value));
    else if (value.defined())
        return value;
    else
        throw TypeError("the other operand is an undefined tensor: give it a value");
}

/// @throws ShapeError unless `t` has the channels of the layout on its last axis, and the axes that it names before them:
///         broadcasting can stretch a width of 1, and add axes
inline at::Tensor check_result(at::Tensor t, const LayoutFacts& layout, const Cut* cut = nullptr) {
    if (t.layout() != at::kStrided) throw TypeError("the result is not dense: use read() for a plain tensor");
    const AxisOrder axes = axes_held(cut, layout.axes);
    if (t.dim() == 0 || t.size(-1) != layout.width || (!axes.is_free() && t.dim() != axes.count + 1))
        throw ShapeError("the result has shape " + shape_text(t.sizes()) + ", which is not a " + layout_text(layout) +
                         ": use read() for a plain tensor");
    return t;
}

/// What f() gives. @throws PositionError or ValueError where LibTorch refuses it, for example an axis that is not there
template <class F>
auto by_libtorch(const char* operation, const F& f) {
    const auto message = [operation](const c10::Error& e) {
        return std::string(operation) + ": LibTorch refused it: " + e.what_without_backtrace() +
               ": use read() for other shapes and dtypes";
    };
    try {
        return f();
    } catch (const c10::IndexError& e) {
        throw PositionError(message(e));
    } catch (const c10::Error& e) {
        throw ValueError(message(e));
    }
}

/// The positions of an activation that an operand holds; null if it holds all of them, or is a plain tensor or a number.
template <class T>
std::shared_ptr<const Cut> cut_of(const T& operand) {
    if constexpr (!std::is_void_v<held_type<T>>)
        return Access::cut(operand);
    else
        return nullptr;
}

/// The result of arithmetic that A leads: an Owned of what A holds; a plain tensor if A is a piece.
template <Readable A, class... Operands>
auto typed_result(at::Tensor result, [[maybe_unused]] const A& leading, const Operands&... operands) {
    if constexpr (std::is_void_v<held_type<A>>) {
        return result;
    } else {
        std::shared_ptr<const Cut> cut;
        ((cut = joined_cut(cut, cut_of(operands), axes_of<held_type<A>>)), ...);
        const auto& extents = Access::extents(leading);
        result = check_result(std::move(result), extents.facts(), cut.get());
        return Access::make<Owned<held_type<A>>>(std::move(result), extents, std::move(cut));
    }
}
/// The one of two operands whose kind the result of arithmetic has: a View or an Owned before a piece.
template <class A, class B>
const auto& leading_operand(const A& a, const B& b) {
    if constexpr (Readable<A> && (!std::is_void_v<held_type<A>> || !Readable<B>))
        return a;
    else
        return b;
}

/// Operators that only argument-dependent lookup finds.
struct Arithmetic : RefusedReads {
#define SUTURE_ARITHMETIC(symbol, method)                                                                              \
    template <Operand A, Operand B>                                                                                    \
        requires((Readable<A> || Readable<B>)&&!mixes_components<A, B>)                                                \
    friend auto operator symbol(const A& a, const B& b) {                                                              \
        check_same_numbers(a, b);                                                                                      \
        return typed_result(by_libtorch(#symbol, [&] { return plain(a).method(plain(b)); }), leading_operand(a, b), a, \
                            b);                                                                                        \
    }                                                                                                                  \
    template <Operand A, Operand B>                                                                                    \
        requires mixes_components<A, B>                                                                                \
    friend SUTURE_REJECTED(                                                                                            \
        "these are different components: use read() to combine their values", operator symbol(const A&, const B&));
#define SUTURE_COMPARISON(symbol, method)                                       \
    template <Operand A, Operand B>                                             \
        requires((Readable<A> || Readable<B>)&&!mixes_components<A, B>)         \
    friend at::Tensor operator symbol(const A& a, const B& b) {                 \
        check_same_numbers(a, b);                                               \
        return by_libtorch(#symbol, [&] { return plain(a).method(plain(b)); }); \
    }                                                                           \
    template <Operand A, Operand B>                                             \
        requires mixes_components<A, B>                                         \
    friend SUTURE_REJECTED(                                                     \
        "these are different components: use read() to combine their values", operator symbol(const A&, const B&));
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
        return typed_result(plain(a).neg(), a, a);
    }
    template <Readable A>
    friend SUTURE_REJECTED("an activation is not text: write std::cout << view", operator+(const char*, const A&));
    /// The values, as LibTorch prints them, after what they are.
    template <Readable A>
    friend std::ostream& operator<<(std::ostream& out, const A& a) {
        return out << Access::description(a) << '\n' << plain(a);
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
    } else if constexpr (is_snapshotable<T>) {
        if (Access::tensor(result).is_alias_of(source)) result = Access::snapshot(result);
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

/// The operations that View, Owned and Piece share. Self keeps its tensor as `tensor_` and its shape as `shape()`.
/// Whatever the layout, a component has the shape [..., width], over all of its groups; by head it is [..., heads, head
/// width], see `on<C>(heads())`.
template <class Self>
class Reading : public Arithmetic {
public:
    /// The shape: [..., width].
    at::IntArrayRef sizes() const& { return held(), Access::sizes(self()); }
    /// The same of a temporary, `view[place].sizes()`, by value.
    Sizes sizes() const&& { return Sizes(sizes_of_this()); }
    Index size(Index dim) const {
        const at::IntArrayRef all = sizes_of_this();
        return by_libtorch("size", [&] {
            return all[static_cast<std::size_t>(c10::maybe_wrap_dim(dim, static_cast<Index>(all.size())))];
        });
    }
    template <class...>
    SUTURE_REJECTED("size takes an axis: write x.size(-1), or x.sizes()", size(...) const);
    Index dim() const { return static_cast<Index>(sizes_of_this().size()); }
    Index numel() const { return c10::multiply_integers(sizes_of_this()); }
    at::ScalarType dtype() const { return held().scalar_type(); }
    at::Device device() const { return held().device(); }
    bool requires_grad() const { return held().requires_grad(); }

    // Reductions: those of at::Tensor with the same names.
    // @throws PositionError if there is no such axis, ValueError if LibTorch does not reduce this dtype
    at::Tensor sum() const {
        return reduced("sum", [](const auto& t) { return t.sum(); });
    }
    at::Tensor sum(Index dim, bool keepdim = false) const {
        return reduced("sum", [=](const auto& t) { return t.sum(dim, keepdim); });
    }
    at::Tensor mean() const {
        return reduced("mean", [](const auto& t) { return t.mean(); });
    }
    at::Tensor mean(Index dim, bool keepdim = false) const {
        return reduced("mean", [=](const auto& t) { return t.mean(dim, keepdim); });
    }
    at::Tensor norm() const {
        return reduced("norm", [](const auto& t) { return t.norm(); });
    }
    at::Tensor norm(Index dim, bool keepdim = false) const {
        return reduced("norm", [=](const auto& t) { return t.norm(2, dim, keepdim); });
    }
    at::Tensor max() const {
        return reduced("max", [](const auto& t) { return t.max(); });
    }
    at::Tensor min() const {
        return reduced("min", [](const auto& t) { return t.min(); });
    }
    at::Tensor argmax(Index dim) const {
        return reduced("argmax", [=](const auto& t) { return t.argmax(dim); });
    }
#define SUTURE_OTHERWISE_REDUCED(name)                                                                           \
    template <class...>                                                                                          \
    SUTURE_REJECTED("this reduces one axis at a time: write x.sum(-1), or x.read(f) for more", name(...) const); \
    template <class...>                                                                                          \
    SUTURE_REJECTED("this reduces one axis at a time: write x.sum(-1), or x.read(f) for more",                   \
                    name(std::initializer_list<Index>, bool = false) const);
    SUTURE_OTHERWISE_REDUCED(sum)
    SUTURE_OTHERWISE_REDUCED(mean)
    SUTURE_OTHERWISE_REDUCED(norm)
    SUTURE_OTHERWISE_REDUCED(max)
    SUTURE_OTHERWISE_REDUCED(min)
    SUTURE_OTHERWISE_REDUCED(argmax)
#undef SUTURE_OTHERWISE_REDUCED

    /// The matrix product with a tensor, a View or an Owned, as `at::matmul`.
    template <class B>
        requires(Readable<B> || std::same_as<B, at::Tensor>)
    at::Tensor matmul(const B& other)
    const {
        return by_libtorch("matmul", [&] { return canonical().matmul(plain(other)); });
    }
    template <class...>
    SUTURE_REJECTED("matmul takes a tensor or a View: give one", matmul(...) const);

    /// Whether shape, dtype, device and values are equal. NaN equals nothing.
    template <Readable B>
        requires(!mixes_components<Self, B>)
    bool equal(const B& other) const {
        check_same_numbers(self(), other);
        return dtype() == other.dtype() && device() == other.device() && canonical().equal(plain(other));
    }
    template <Readable B>
        requires mixes_components<Self, B> SUTURE_REJECTED(
            "these are different components: use read() to combine their values", equal(const B&) const);
    template <class...>
    SUTURE_REJECTED("equal compares what has a layout: write view.equal(borrow<Layout>(tensor))", equal(...) const);

    /// Lends the tensor to `f` and returns the result of f; a tensor in it that aliases the storage is cloned first.
    /// f may return nothing, numbers, text, tensors, Views and Owneds, and optionals, tuples and standard containers
    /// of these.
    ///
    ///     at::Tensor scores = q.read([](const at::Tensor& t) { return t.softmax(-1); });
    ///
    /// @throws OwnershipError if f wrote into the tensor or, with gradients disabled, kept a handle of it
    template <Reader F>
    auto read(F&& f) const {
        constexpr const char* borrower = "the function given to read()";
        const LentTensor lent(canonical());
        const auto call = [&]() -> decltype(auto) {
            try {
                return std::forward<F>(f)(lent.tensor());
            } catch (...) {
                lent.check_unwritten(borrower);  // a write into the source is worse news than the exception
                throw;
            }
        };
        if constexpr (std::is_void_v<std::invoke_result_t<F, const at::Tensor&>>) {
            call();
            lent.check_unwritten(borrower);
            lent.check_unkept(borrower);
        } else {
            std::remove_cvref_t<std::invoke_result_t<F, const at::Tensor&>> result = call();
            lent.check_unwritten(borrower);
            without_alias(result, lent.tensor());
            lent.check_unkept(borrower);
            return result;
        }
    }

    template <std::invocable<const at::Tensor&> F>
        requires(!Reader<F>)
    SUTURE_REJECTED("the result of read() could alias the source: return tensors, or lists of them", read(F&&) const);
    template <class...>
    SUTURE_REJECTED("read lends a tensor to a function: write x.read(f) with f(const at::Tensor&)", read(...) const);

    /// The tensor itself, without the protection of suture. Of a component in groups, [..., groups, width of one]: no view
    /// has the shape [..., width].
    at::Tensor unsafe_tensor() const { return Access::unprotected(self()); }

protected:
    friend Access;
    /// The values in the shape that is shown: a view of the storage where one exists, otherwise a copy.
    at::Tensor canonical() const { return Access::values(self()); }
    /// @throws OwnershipError if it was moved from or taken
    const at::Tensor& held() const {
        const at::Tensor& t = Access::tensor(self());
        if (!t.defined())
            throw OwnershipError("this Owned or View was moved from and is empty: use the one it was moved to");
        return t;
    }

private:
    template <class F>
    at::Tensor reduced(const char* operation, const F& reduce) const {
        return by_libtorch(operation, [&] { return reduce(canonical()); });
    }
    at::IntArrayRef sizes_of_this() const { return held(), Access::sizes(self()); }
    const Self& self() const { return static_cast<const Self&>(*this); }
};
}  // namespace detail

}  // namespace suture

#include "suture/core/end_refuse.hpp"
