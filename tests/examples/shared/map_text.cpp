// What a map of patching says, in words.
#include "../../../examples/shared/map_text.hpp"

#include "doctest.hpp"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <string>
#include <vector>

using namespace examples;

namespace {
at::Tensor map_of(const std::vector<double>& numbers, Index rows) { return at::tensor(numbers).view({rows, -1}); }
std::string token_name(Index position) { return "token " + std::to_string(position); }
}  // namespace

TEST_CASE("a stretch is as long as one position recovers most") {
    const at::Tensor map = map_of({0, 1, 0,      //
                                   0, 0.9, 0.1,  //
                                   0, 0.4, 0.6,  //
                                   0.7, 0.1, 0.2},
                                  4);
    CHECK(stretches_text(stretches_of(map), token_name) ==
          "Entering layers 0 to 1 the answer is at token 1, which recovers 1.00 to 0.90 of the difference; entering "
          "layer 2 "
          "it is at token 2, which recovers 0.60; entering layer 3 it is at token 0, which recovers 0.70.");
}

TEST_CASE("a share that stays is named once") {
    CHECK(stretches_text(stretches_of(map_of({0, 1, 0, 0.4, 0, 1}, 3)), token_name) ==
          "Entering layers 0 to 2 the answer is at token 1, which recovers 1.00 of the difference.");
}

TEST_CASE("a position that comes back begins a stretch of its own") {
    const std::vector<Stretch> found = stretches_of(map_of({1, 0, 0, 1, 1, 0}, 3));
    REQUIRE(found.size() == 3);
    CHECK(found[2].position == 0);
    CHECK(found[2].first == 2);
}

TEST_CASE("cells are found on both sides of 0, the largest first, and one without a number is not") {
    const std::vector<MapCell> found = cells_beyond(map_of({0.2, -0.3, 0.1, 0.5, 0.09, std::nan("")}, 2), 0.1);
    REQUIRE(found.size() == 4);
    CHECK(head_text(found[0].row, found[0].column, found[0].share) == "1.0 (0.50)");
    CHECK(head_text(found[1].row, found[1].column, found[1].share) == "0.0 (0.20)");
    CHECK(head_text(found[2].row, found[2].column, found[2].share) == "0.2 (0.10)");
    CHECK(head_text(found[3].row, found[3].column, found[3].share) == "0.1 (-0.30)");
    CHECK(cells_beyond(at::zeros({2, 2}, at::kDouble), 0.1).empty());
}
