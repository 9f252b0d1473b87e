#include <suture/tensor/error.hpp>

#include "doctest.hpp"

#include <exception>
#include <string>
#include <type_traits>

using namespace suture;

TEST_CASE_TEMPLATE("every kind of error is caught as suture::Error and as std::exception", Kind, ShapeError, TypeError,
                   PositionError, ValueError, OwnershipError, HookError, FileError, ModelError) {
    CHECK_THROWS_WITH_AS(throw Kind("width 6: give 8"), "width 6: give 8", Error);
    CHECK_THROWS_WITH_AS(throw Kind("width 6: give 8"), "width 6: give 8", std::exception);
}

TEST_CASE("no kind of error is caught as another kind") {
    CHECK_FALSE(std::is_base_of_v<ShapeError, TypeError>);
    CHECK_FALSE(std::is_base_of_v<TypeError, ShapeError>);
    CHECK_FALSE(std::is_base_of_v<PositionError, ValueError>);
}

TEST_CASE("each added place is put in front of the message") {
    ShapeError e("token 9 is outside");
    e.add_place("Q[token 9] = 0");
    e.add_place("h.3.attn");
    CHECK(std::string(e.what()) == "h.3.attn: Q[token 9] = 0: token 9 is outside");
}

TEST_CASE("a place added while an error propagates is kept, and so is the kind") {
    const auto throw_through = [] {
        try {
            throw PositionError("token 9 is outside");
        } catch (Error& e) {
            e.add_place("Q");
            throw;
        }
    };
    CHECK_THROWS_WITH_AS(throw_through(), "Q: token 9 is outside", PositionError);
}

TEST_CASE("a copied error keeps its message when the original gets a place") {
    ValueError original("empty");
    const ValueError copy = original;
    original.add_place("Q");
    CHECK(std::string(copy.what()) == "empty");
}
