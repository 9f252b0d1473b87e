// Whether an Owned still holds its tensor.
#include <suture/tensor/detail/tenure.hpp>

#include "doctest.hpp"

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

using suture::detail::Tenure;

TEST_CASE("a tenure lasts until it ends, and every watcher notices") {
    Tenure tenure;
    const auto first = tenure.watch(), second = tenure.watch();
    CHECK_FALSE(first.expired());
    tenure.end();
    CHECK(first.expired());
    CHECK(second.expired());
}

TEST_CASE("a tenure can begin again") {
    Tenure tenure;
    const auto before = tenure.watch();
    tenure.end();
    CHECK_FALSE(tenure.watch().expired());
    CHECK(before.expired());
}

TEST_CASE("a tenure ends when its owner is moved from, moved into or destroyed") {
    Tenure from, into;
    const auto of_from = from.watch(), of_into = into.watch();
    into = std::move(from);
    CHECK(of_from.expired());
    CHECK(of_into.expired());
    const auto of_new = into.watch();
    const Tenure next = std::move(into);
    CHECK(of_new.expired());

    std::optional<Tenure> brief(std::in_place);
    const auto of_brief = brief->watch();
    brief.reset();
    CHECK(of_brief.expired());
}

TEST_CASE("a tenure cannot be copied, and one that nobody watches allocates nothing") {
    CHECK_FALSE(std::is_copy_constructible_v<Tenure>);
    CHECK_FALSE(std::is_copy_assignable_v<Tenure>);
    CHECK(sizeof(Tenure) == sizeof(std::shared_ptr<const bool>));
}
