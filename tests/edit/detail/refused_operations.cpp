#include "suture/edit/detail/refused_operations.hpp"

#include "suture/edit/on.hpp"

#include "doctest.hpp"

#include <type_traits>

// What the sentences say is tested with both compilers in tests/compile_fail.

TEST_CASE("the operations that a place or an edit lacks answer no where they are probed") {
    using namespace suture;
    constexpr auto refuses = []<class P, class E>(P, E) {
        return !requires(P p) { p *= 2; }
        &&!requires(E e) { e.set(1); }
        &&!requires(E e) { e |= e; };
    };
    constexpr auto takes = []<class P, class E>(P, E) {
        return requires(P p) { p.set(1); }
        &&requires(E a, E b) { a | b; };
    };
    CHECK(refuses(on<Q>(), on<Q>().zero()));
    CHECK(takes(on<Q>(), on<Q>().zero()));
}

TEST_CASE("the refusals of edits and of recipes are two empty bases: a recipe without state has size 1") {
    using namespace suture;
    constexpr auto recipe = on<Q>().zero() | on<K>().zero() | on<Q>().zero();
    static_assert(std::is_empty_v<decltype(recipe)>);
    CHECK(sizeof(recipe) == 1);
}
