#include "suture/generate/generate.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/board.hpp"
#include "suture/record/history.hpp"

#include "decoder/tiny.hpp"
#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <string>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {

std::vector<Index> ids_of(const at::Tensor& t) {
    const at::Tensor own = t.reshape({-1}).contiguous();
    return {own.data_ptr<Index>(), own.data_ptr<Index>() + own.numel()};
}
/// The likeliest next tokens of one prompt, each by a pass over all tokens so far.
std::vector<Index> by_whole_passes(Decoder model, at::Tensor ids, Index count) {
    const at::NoGradGuard no_gradients;
    std::vector<Index> made;
    for (Index i = 0; i < count; ++i) {
        const at::Tensor next = model(ids)[0][-1].argmax();
        made.push_back(next.item<Index>());
        ids = at::cat({ids, next.reshape({1, 1})}, 1);
    }
    return made;
}
struct Prompts {
    std::vector<at::Tensor> rows;
    at::Tensor ids, mask;
};
Prompts prompts(const std::vector<Index>& lengths, bool left) {
    const Index columns = *std::max_element(lengths.begin(), lengths.end());
    const auto count = static_cast<Index>(lengths.size());
    Prompts p{{}, at::randint(13, {count, columns}, at::kLong), at::zeros({count, columns}, at::kLong)};
    for (Index r = 0; r < count; ++r) {
        const Index n = lengths[static_cast<std::size_t>(r)], from = left ? columns - n : 0;
        p.mask[r].narrow(0, from, n).fill_(1);
        p.rows.push_back(p.ids.narrow(0, r, 1).narrow(1, from, n));
    }
    return p;
}
template <class F>
void for_each_model(const F& law) {
    torch::manual_seed(7);
    for (const DecoderConfig& config : tiny::all()) {
        CAPTURE(config.family);
        law(tiny::model(config));
    }
}

}  // namespace

TEST_CASE("the likeliest tokens are those of passes over the whole text, for each row of a batch") {
    for_each_model([](Decoder model) {
        for (const bool left : {true, false}) {
            const Prompts p = prompts({5, 2, 3}, left);
            const Generation made = generate(model, p.ids, {.max_new_tokens = 6, .attention_mask = p.mask});
            CHECK(made.ids.sizes() == at::IntArrayRef({3, 11}));
            CHECK(made.prompt_lengths == std::vector<Index>{5, 2, 3});
            CHECK(made.lengths == std::vector<Index>{11, 8, 9});
            for (std::size_t r = 0; r < 3; ++r) {
                CHECK(made.new_tokens(static_cast<Index>(r)) == by_whole_passes(model, p.rows[r], 6));
                std::vector<Index> all = ids_of(p.rows[r]);
                const std::vector<Index> added = made.new_tokens(static_cast<Index>(r));
                all.insert(all.end(), added.begin(), added.end());
                CHECK(made.row(static_cast<Index>(r)) == all);
            }
            CHECK_FALSE(made.ids.requires_grad());
        }
    });
}

TEST_CASE("hooks act in every pass, at the positions of each row's sequence") {
    for_each_model([](Decoder model) {
        const Prompts p = prompts({4, 2}, true);
        const auto edit = on<Resid>(token(3)).multiply(-2) | on<Resid>(tokens(1, 6)).add(0.5);
        HookSet hooks;
        hooks.add(model->blocks[0]->resid_post, edit);
        const Generation made =
            generate(model, p.ids, {.max_new_tokens = 5, .attention_mask = p.mask, .hooks = &hooks});
        // Whole passes, in which the positions beyond the end are left out.
        for (std::size_t r = 0; r < 2; ++r) {
            at::Tensor ids = p.rows[r];
            const at::NoGradGuard no_gradients;
            for (const Index expected : made.new_tokens(static_cast<Index>(r))) {
                const Index n = ids.size(1);
                HookSet whole;
                if (n > 3) whole.add(model->blocks[0]->resid_post, on<Resid>(token(3)).multiply(-2));
                if (n > 1)
                    whole.add(model->blocks[0]->resid_post, on<Resid>(tokens(1, std::min<Index>(n, 6))).add(0.5));
                const auto scope = whole.activate();
                const at::Tensor next = model(ids)[0][-1].argmax();
                CHECK(next.item<Index>() == expected);
                ids = at::cat({ids, next.reshape({1, 1})}, 1);
            }
        }
    });
}

TEST_CASE("a hook that no pass reached is reported at the end, with its positions") {
    Decoder model = tiny::model(tiny::llama());
    const at::Tensor ids = at::zeros({1, 3}, at::kLong);
    HookSet hooks;
    hooks.add(model->blocks[0]->resid_post, on<Resid>(token(9)).zero());
    CHECK(says(message_of<HookError>([&] { (void)generate(model, ids, {.max_new_tokens = 2, .hooks = &hooks}); }),
               "never fired: layers.0.resid_post (Resid[token 9] = 0, at positions that no pass held)"));
    CHECK_NOTHROW((void)generate(model, ids, {.max_new_tokens = 8, .hooks = &hooks}));
}

TEST_CASE("boards and recorders of scopes around a generation work at each of its steps") {
    Decoder model = tiny::model(tiny::gpt2());
    const Prompts p = prompts({3, 2}, true);
    Board<Resid<dynamic>> board;
    History<Resid<dynamic>> stream;
    HookSet hooks;
    hooks.add(model->blocks[0]->resid_post, board);
    hooks.add(model->blocks[0]->resid_post, stream);
    board[0][on<Resid>(step(1))] = 7.0;
    const auto scope = hooks.activate();
    const Generation made = generate(model, p.ids, {.max_new_tokens = 4, .attention_mask = p.mask});
    const PaddedEntries seen = stream.padded(0);
    CHECK(seen.lengths.equal(at::tensor(std::vector<Index>{6, 5})));  // all tokens but the last
    for (Index r = 0; r < 2; ++r) {
        const at::Tensor is_seven = seen.values[r].eq(7).all(-1);
        CHECK(ids_of(is_seven.nonzero()) == std::vector<Index>{made.prompt_lengths[static_cast<std::size_t>(r)] + 1});
    }
}

TEST_CASE("a row ends with an eos token or a stop sequence, and is padded from then on") {
    for_each_model([](Decoder model) {
        const Prompts p = prompts({3, 4}, true);
        const GenerateOptions plain{.max_new_tokens = 6, .attention_mask = p.mask};
        const Generation all = generate(model, p.ids, plain);
        const std::vector<Index> first = all.new_tokens(0), second = all.new_tokens(1);
        GenerateOptions until = plain;
        until.eos_token_ids = {first[2]}, until.pad_token_id = 12;
        const auto expected = [](std::vector<Index> tokens, Index eos) {
            const auto end = std::find(tokens.begin(), tokens.end(), eos);
            if (end != tokens.end()) tokens.erase(end + 1, tokens.end());
            return tokens;
        };
        const Generation made = generate(model, p.ids, until);
        CHECK(made.new_tokens(0) == expected(first, first[2]));
        CHECK(made.new_tokens(1) == expected(second, first[2]));
        const Index columns = made.ids.size(1), n = static_cast<Index>(made.new_tokens(0).size());
        CHECK(made.ids[0].slice(0, 4 + n).eq(12).all().item<bool>());
        CHECK_FALSE(made.attention_mask[0].slice(0, 4 + n).any().item<bool>());
        CHECK(columns == 4 + static_cast<Index>(std::max(made.new_tokens(0).size(), made.new_tokens(1).size())));

        GenerateOptions stop = plain;
        stop.stop_sequences = {{first[1], first[2]}};
        const std::vector<Index> stopped = generate(model, p.ids, stop).new_tokens(0);
        CHECK(stopped.size() >= 2);
        CHECK(stopped[stopped.size() - 1] == first[2]);
        CHECK(stopped[stopped.size() - 2] == first[1]);
    });
}

TEST_CASE("a seed gives the same tokens again, and draws are those of the distribution") {
    Decoder model = tiny::model(tiny::llama());
    const at::Tensor ids = at::zeros({2, 3}, at::kLong);
    GenerateOptions options{.max_new_tokens = 8, .do_sample = true, .temperature = 3, .seed = 5};
    const at::Tensor once = generate(model, ids, options).ids, again = generate(model, ids, options).ids;
    CHECK(once.equal(again));
    options.seed = 6;
    CHECK_FALSE(once.equal(generate(model, ids, options).ids));
    options.top_k = 1;
    CHECK(generate(model, ids, options).ids.equal(generate(model, ids, {.max_new_tokens = 8}).ids));
}

TEST_CASE("many generations branch from one prompt") {
    for_each_model([](Decoder model) {
        const at::Tensor ids = at::randint(13, {1, 5}, at::kLong);
        const at::NoGradGuard no_gradients;
        KeyValueCache prefix;
        model(ids.narrow(1, 0, 4), {.cache = &prefix});
        const Generation whole = generate(model, ids, {.max_new_tokens = 5});
        for (int i = 0; i < 2; ++i) {
            const Generation made = generate(model, ids.narrow(1, 4, 1), {.max_new_tokens = 5, .cache = &prefix});
            CHECK(made.new_tokens(0) == whole.new_tokens(0));
            CHECK(made.prompt_lengths == std::vector<Index>{5});
            CHECK(prefix.length() == 4);
            CHECK(made.cache.length() == 9);
        }
    });
}

TEST_CASE("tokens come as they are made, and false ends the generation") {
    Decoder model = tiny::model(tiny::gpt2());
    std::vector<Index> seen;
    const Generation made =
        generate(model, at::zeros({1, 2}, at::kLong), {.max_new_tokens = 9, .on_token = [&](const at::Tensor& tokens) {
                                                           seen.push_back(tokens.item<Index>());
                                                           return seen.size() < 3;
                                                       }});
    CHECK(made.new_tokens(0) == seen);
    CHECK(seen.size() == 3);
}

TEST_CASE("logits, log-probabilities and gradients are kept on request") {
    Decoder model = tiny::model(tiny::gemma());
    const at::Tensor ids = at::randint(13, {2, 3}, at::kLong);
    const Generation made =
        generate(model, ids, {.max_new_tokens = 4, .output_logits = true, .output_log_probabilities = true});
    const at::Tensor whole = model(made.ids).narrow(1, 2, 4).detach();
    CHECK(made.logits.allclose(whole, 1e-9, 1e-9));
    CHECK(made.log_probabilities.allclose(
        whole.log_softmax(-1).gather(2, made.ids.narrow(1, 3, 4).unsqueeze(-1)).squeeze(-1), 1e-5, 1e-5));
    const Generation followed =
        generate(model, ids, {.max_new_tokens = 2, .output_logits = true, .with_gradients = true});
    followed.logits.sum().backward();
    CHECK(model->parameters()[0].grad().abs().sum().item<double>() > 0);
    CHECK_FALSE(generate(model, ids).logits.defined());
}

TEST_CASE("what cannot be generated is refused before the first pass") {
    Decoder model = tiny::model(tiny::gpt2());
    const at::Tensor ids = at::zeros({1, 3}, at::kLong);
    const auto error = [&](const GenerateOptions& options) {
        return message_of<ValueError>([&] { (void)generate(model, ids, options); });
    };
    CHECK(error({.max_new_tokens = 0}) == "max_new_tokens is 0: give 1 or more");
    CHECK(error({.temperature = 0}).find("temperature is 0: give a positive number, or do_sample = false") == 0);
    CHECK(error({.top_k = -1}).find("top_k is -1") == 0);
    CHECK(error({.top_p = -1}).find("top_p is -1") == 0);
    CHECK(error({.min_p = 2}).find("min_p is 2") == 0);
    CHECK(error({.repetition_penalty = 0}).find("repetition_penalty is 0") == 0);
    CHECK(error({.stop_sequences = {{}}}).find("a stop sequence is empty") == 0);
    CHECK(error({.max_new_tokens = 2, .eos_token_ids = {13}}).find("token id 13 is outside the vocabulary of 13") == 0);
    const auto shape_error = [&](const at::Tensor& given, const GenerateOptions& options) {
        return message_of<ShapeError>([&] { (void)generate(model, given, options); });
    };
    CHECK(shape_error(ids, {.max_new_tokens = 15}) ==
          "a prompt of 3 tokens and 15 new ones exceed the model's 16 positions: give at most 14 as max_new_tokens, or "
          "a shorter "
          "prompt");
    CHECK(shape_error(ids, {.attention_mask = at::ones({1, 4})})
              .find("the attention mask has shape [1, 4] for prompts of [1, 3]") == 0);
    CHECK(shape_error(at::zeros({1, 0}, at::kLong), {}).find("the prompts have shape [1, 0]") == 0);
    model->blocks[1]->mlp->down->weight.set_data(model->blocks[1]->mlp->down->weight.mul(NAN));
    CHECK(error({.max_new_tokens = 2}).find("the scores of row 0 hold NaN") == 0);
}
