// Places as text.
#include <suture/tensor/detail/place_text.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"

#include <string>

using namespace suture;
using namespace suture::detail;

namespace {
template <class... Ws>
PlaceValue place(Ws... wheres) {
    return place_value({}, "Q", WherePack<selector_type<Ws>...>{selector_of(wheres)...});
}
template <class... Ws>
std::string text(Ws... wheres) {
    return place_text(place(wheres...));
}
}  // namespace

TEST_CASE("a place is printed from the outermost axis to the channels, whatever the order of its selectors") {
    CHECK(text().empty());
    CHECK(text(dims<0, 10>, head<3>, token(4), batch(0)) == "[batch 0, token 4, head 3, dims 0:10]");
    CHECK(text(token(-1)) == "[token -1]");
    CHECK(text(batches(1, 3), tokens(2, to_end)) == "[batches 1:3, tokens 2:]");
}

TEST_CASE("heads and dims known at run time are printed like those known at compile time") {
    CHECK(text(head(3), dims(0, 10)) == "[head 3, dims 0:10]");
    CHECK(text(head(-1)) == "[head -1]");
    CHECK(text(heads(1, 4)) == text(heads<1, 4>));
    CHECK(text(heads(-2, to_end)) == "[heads -2:]");
    CHECK(text(heads()) == "[heads 0:]");
}

TEST_CASE("a short list is printed in full, a long one as its dtype and shape") {
    CHECK(text(heads({9, 6})) == "[heads 9,6]");
    CHECK(text(dims({-1})) == "[dims -1]");
    CHECK(text(dims(at::arange(8))) == "[dims 0,1,2,3,4,5,6,7]");
    CHECK(text(dims(at::arange(9))) == "[dims int64 [9]]");
    CHECK(text(heads(at::ones({4}, at::kBool))) == "[heads bool [4]]");
    CHECK(text(tokens({3, 1})) == "[tokens 3,1]");
    CHECK(text(tokens(at::zeros({2, 3}, at::kLong))) == "[tokens int64 [2, 3]]");
    CHECK(text(token(at::tensor({4, 0}, at::kLong))) == "[token 4,0]");
    CHECK(text(mask(at::ones({2, 5}, at::kBool))) == "[mask bool [2, 5]]");
    CHECK(text(mask(at::Tensor())) == "[mask undefined]");
    CHECK(text(heads(at::empty({2}, at::TensorOptions(at::kMeta).dtype(at::kLong)))) == "[heads int64 [2]]");
}

TEST_CASE("positions are printed without the channels, and all of them in words") {
    CHECK(positions_text(place(token(4), head(1)).positions) == "token 4");
    CHECK(positions_text(place(head(1)).positions) == "all positions");
    CHECK(selectors_text(place(head(1)).positions).empty());
    CHECK(positions_text(place(batch(0), tokens(0, 2)).positions) == "batch 0, tokens 0:2");
}

TEST_CASE("positions counted from the end of a prompt are printed in words") {
    CHECK(text(prompt()) == "[the prompt]");
    CHECK(text(generated()) == "[what is generated]");
    CHECK(text(step(2), head(1)) == "[step 2, head 1]");
}
