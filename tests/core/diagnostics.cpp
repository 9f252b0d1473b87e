#include <suture/core/diagnostics.hpp>

#include <doctest/doctest.h>

#include "suture/core/refuse.hpp"

#include <concepts>
#include <type_traits>

namespace refusals {

using namespace suture;
using namespace suture::detail;

// A function with a legal overload, one that always refuses and one that refuses with the fault of its argument.
constexpr int treat(int) { return 1; }
SUTURE_REJECTED("a name is not a number: give its length", treat(const char*));

template <Fault F>
struct faulty {};
template <Fault suture_fault>
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

TEST_CASE("a legal overload is still chosen among refused ones") {
    CHECK(treatable<int>);
    CHECK(gives_an_int<int>);
    CHECK(std::invocable<decltype(treat_any), int>);
    CHECK(treat(7) == 1);
}

TEST_CASE("requires reports a refused call as invalid") {
    CHECK_FALSE(treatable<const char*>);
    CHECK_FALSE(treatable<faulty<Fault::lacks_component>>);
    CHECK_FALSE(treatable<faulty<Fault::cat_order>>);
}

TEST_CASE("std::invocable reports a refused call as not invocable") {
    CHECK_FALSE(std::invocable<decltype(treat_any), const char*>);
    CHECK_FALSE(std::invocable<decltype(treat_any), faulty<Fault::dims_beyond>>);
}

TEST_CASE("type traits see a refused copy as missing, and moving still works") {
    CHECK_FALSE(std::copy_constructible<single_holder>);
    CHECK(std::is_move_constructible_v<single_holder>);
}
