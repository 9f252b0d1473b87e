// Ranges of edits that turned out empty.
#include "suture/hook/detail/empty_recipe.hpp"

#include "suture/edit/on.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <vector>

using namespace suture;
using suture::detail::as_recipe;
using suture::detail::check_has_edits;
using suture_test::message_of;

TEST_CASE("a range of edits needs an edit; an empty recipe that the program wrote does not") {
    using Zero = decltype(on<Q>().zero());
    const std::vector<Zero> none, one{on<Q>().zero()};
    CHECK(message_of<ValueError>([&] { check_has_edits(as_recipe(none)); }) ==
          "the range of edits is empty: give at least one edit");
    CHECK_NOTHROW(check_has_edits(as_recipe(one)));
    CHECK_NOTHROW(check_has_edits(Recipe<>()));
    CHECK_NOTHROW(check_has_edits(as_recipe(none).then(as_recipe(one))));
}
