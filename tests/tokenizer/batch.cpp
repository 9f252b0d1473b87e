#include "suture/tokenizer/batch.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <filesystem>
#include <vector>

using namespace suture;
using suture_test::message_of;

namespace {
const auto names = [] {
    return Tokenizer::open(std::filesystem::path(SUTURE_SOURCE_DIR) / "examples/names/names-model");
};
}  // namespace

TEST_CASE("texts of unequal length become one batch, padded on the left or on the right") {
    const Tokenizer tokenizer = names();
    const std::vector<Index> first = tokenizer.encode("When Mary and John"), second = tokenizer.encode("When Mary");
    const TokenBatch left = encode_batch(tokenizer, {"When Mary and John", "When Mary"}, {.pad_token_id = 7});
    CHECK(left.lengths == std::vector<Index>{4, 2});
    CHECK(left.ids[0].equal(at::tensor(first)));
    CHECK(left.ids[1].equal(at::tensor(std::vector<Index>{7, 7, second[0], second[1]})));
    CHECK(left.attention_mask[1].equal(at::tensor(std::vector<Index>{0, 0, 1, 1})));
    const TokenBatch right = encode_batch(tokenizer, {"When Mary", "When Mary and John"}, {.side = PaddingSide::right});
    CHECK(right.ids[0].equal(at::tensor(std::vector<Index>{second[0], second[1], 0, 0})));
    CHECK(right.attention_mask.sum(-1).equal(at::tensor(right.lengths)));
}

TEST_CASE("a text without a token, and a batch without texts, are refused") {
    const Tokenizer tokenizer = names();
    CHECK(message_of<ValueError>([&] {
              (void)encode_batch(tokenizer, {"When Mary", ""});
          }) == "text 1 of the batch, \"\", has no token: leave it out");
    CHECK(message_of<ValueError>([&] { (void)encode_batch(tokenizer, {}); }) ==
          "a batch of no texts: give at least one");
}
