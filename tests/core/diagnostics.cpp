#include <suture/core/diagnostics.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <type_traits>

namespace refusals {

using namespace suture;

// A function with one legal overload, one refused always and one refused by a fault of its argument.
constexpr int treat(int) { return 1; }
SUTURE_REJECTED("a name is not a number: give its length", treat(const char*));

template <fault F>
struct faulty {};
template <fault suture_fault>
SUTURE_REJECTED_FOR(suture_fault, treat(faulty<suture_fault>));

struct single_holder {
    single_holder() = default;
    SUTURE_REJECTED_COPY("a single_holder is held once: make another", single_holder);
    single_holder(single_holder&&) = default;
};

template <class T>
concept treatable = requires(T value) {
    treat(value);
};
template <class T>
concept gives_an_int = requires(T value) {
    { treat(value) } -> std::same_as<int>;
};
inline constexpr auto treat_any = [](auto value) -> decltype(treat(value)) { return treat(value); };

}  // namespace refusals

using namespace refusals;

TEST_CASE("a legal overload beside refused ones is still chosen") {
    CHECK(treatable<int>);
    CHECK(gives_an_int<int>);
    CHECK(std::invocable<decltype(treat_any), int>);
    CHECK(treat(7) == 1);
}

TEST_CASE("requires answers a refused call with no") {
    CHECK_FALSE(treatable<const char*>);
    CHECK_FALSE(treatable<faulty<fault::lacks_component>>);
    CHECK_FALSE(treatable<faulty<fault::cat_order>>);
}

TEST_CASE("std::invocable answers a refused call with no") {
    CHECK_FALSE(std::invocable<decltype(treat_any), const char*>);
    CHECK_FALSE(std::invocable<decltype(treat_any), faulty<fault::dims_beyond>>);
}

TEST_CASE("a refused copy is none to the type traits, and moving stays") {
    CHECK_FALSE(std::copy_constructible<single_holder>);
    CHECK(std::is_move_constructible_v<single_holder>);
}
