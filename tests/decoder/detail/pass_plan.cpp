#include "suture/decoder/detail/pass_plan.hpp"

#include "decoder/tiny.hpp"
#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <string>
#include <vector>

using namespace suture;
using suture_test::message_of;

TEST_CASE("a mask says where each row stands, and positions follow it unless they are given") {
    const DecoderConfig config = tiny::gpt2();
    const at::Tensor ids = at::zeros({2, 4}, at::kLong),
                     mask = at::tensor(std::vector<Index>{0, 1, 1, 1, 1, 1, 0, 0}).reshape({2, 4});
    const suture::detail::PassPlan plan(ids, {.attention_mask = mask}, config);
    CHECK(plan.sequence == SequencePositions{4, {-1, 0}, {3, 2}});
    CHECK(plan.positions.equal(at::tensor(std::vector<Index>{0, 0, 1, 2, 0, 1, 1, 1}).reshape({2, 4})));
    CHECK(plan.is_padding.equal(mask.eq(0)));
    const suture::detail::PassPlan given(ids, {.attention_mask = mask, .position_ids = at::arange(4).add(7)}, config);
    CHECK(given.positions.equal(at::arange(7, 11)));
    const suture::detail::PassPlan none(ids, {.position_ids = at::arange(4)}, config);
    CHECK(none.sequence.is_plain());
    CHECK_FALSE(none.has_padding);
}

TEST_CASE("a position beyond the table of positions is refused, and columns of padding are none") {
    DecoderConfig config = tiny::gpt2();
    const at::Tensor ids = at::zeros({1, 20}, at::kLong);
    CHECK(message_of<ShapeError>([&] { suture::detail::PassPlan(ids, {.position_ids = at::arange(20)}, config); }) ==
          "position 19 exceeds the model's 16 positions: shorten the prompt, or generate less");
    const suture::detail::PassPlan padded(ids, {.attention_mask = at::arange(20).ge(6).unsqueeze(0)}, config);
    CHECK(padded.positions.max().item<Index>() == 13);
}

TEST_CASE("options that contradict the ids, the cache or one another are refused with what to give") {
    const at::NoGradGuard no_gradients;
    Decoder model = tiny::model(tiny::all().front());
    const at::Tensor ids = at::randint(13, {2, 3}, at::kLong);
    const auto error = [&](const ForwardOptions& options) {
        return message_of<ShapeError>([&] { (void)model(ids, options); });
    };
    const auto value_error = [&](const ForwardOptions& options) {
        return message_of<ValueError>([&] { (void)model(ids, options); });
    };
    CHECK(error({.attention_mask = at::ones({2, 4})}) ==
          "the attention mask has shape [2, 4]: give [2, 3], or [2, 1 or heads, 3, 3]");
    CHECK(error({.attention_mask = at::ones({3})}).find("the attention mask has shape [3]") == 0);
    CHECK(value_error({.attention_mask = at::full({2, 3}, -1e9)})
              .find("with other numbers than 0 and 1: give 1 for tokens") != std::string::npos);
    const at::Tensor empty = at::tensor(std::vector<Index>{1, 1, 1, 0, 0, 0}).reshape({2, 3});
    CHECK(value_error({.attention_mask = empty}) == "row 1 of the attention mask has no token: leave the row out");
    const at::Tensor hole = at::tensor(std::vector<Index>{1, 0, 1, 1, 1, 1}).reshape({2, 3});
    CHECK(value_error({.attention_mask = hole}).find("row 0 of the attention mask has padding between its tokens") ==
          0);
    CHECK(error({.position_ids = at::zeros({2, 2}, at::kLong)})
              .find("position ids have shape [2, 2] for ids of [2, 3]") == 0);
    CHECK(message_of<TypeError>([&] {
              (void)model(ids, {.position_ids = at::zeros({3})});
          }).find("position ids are float32") == 0);
    CHECK(error({.prompt_lengths = {3}}) == "1 lengths of prompts for 2 rows: give one for each");
    CHECK(value_error({.logits_to_keep = -1}).find("logits_to_keep is -1") == 0);
}
