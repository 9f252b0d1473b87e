#include "suture/generate/sampling.hpp"

#include "suture/file/safetensors.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

using namespace suture;
using suture_test::message_of;

namespace {
const at::Tensor logits = at::tensor({2.0, 1.0, 0.0, -1.0}).unsqueeze(0);
at::Tensor processed(GenerateOptions options, const std::vector<Index>& ids = {},
                     const std::vector<Index>& tokens = {}) {
    options.do_sample = true;
    return processed_scores(logits, at::tensor(ids, at::kLong).reshape({1, -1}),
                            at::tensor(tokens, at::kLong).reshape({1, -1}).to(at::kBool), options)[0];
}
std::vector<bool> kept(const at::Tensor& scores) {
    std::vector<bool> all;
    for (Index i = 0; i < scores.numel(); ++i) all.push_back(scores[i].item<double>() > -1e30);
    return all;
}
}  // namespace

TEST_CASE("temperature, top_k, top_p and min_p leave out what transformers leaves out") {
    CHECK(processed({.temperature = 2}).equal(at::tensor({1.0, 0.5, 0.0, -0.5})));
    CHECK(kept(processed({.top_k = 2})) == std::vector<bool>{true, true, false, false});
    CHECK(kept(processed({.top_k = 9})) == std::vector<bool>{true, true, true, true});
    // Probabilities 0.64, 0.24, 0.09, 0.03.
    CHECK(kept(processed({.top_p = 0.6})) == std::vector<bool>{true, false, false, false});
    CHECK(kept(processed({.top_p = 0.7})) == std::vector<bool>{true, true, false, false});
    CHECK(kept(processed({.top_p = 0.98})) == std::vector<bool>{true, true, true, true});
    CHECK(kept(processed({.min_p = 0.1})) == std::vector<bool>{true, true, true, false});
    CHECK(kept(processed({.top_k = 3, .top_p = 0.95, .min_p = 0.3})) == std::vector<bool>{true, true, false, false});
}

TEST_CASE("tokens that are there already are penalised, and padding is not") {
    const at::Tensor scores = processed({.repetition_penalty = 2}, {0, 3, 1, 3}, {0, 1, 1, 1});
    CHECK(scores.equal(at::tensor({2.0, 0.5, 0.0, -2.0})));
    GenerateOptions greedy{.temperature = 9, .top_k = 1, .repetition_penalty = 4};
    CHECK(
        processed_scores(logits, at::tensor({0}, at::kLong).unsqueeze(0), at::ones({1, 1}, at::kBool), greedy)[0].equal(
            at::tensor({0.5, 1.0, 0.0, -1.0})));
}

TEST_CASE("draws have the probabilities of the scores, and never a token that was left out") {
    const Index rows = 40000;
    const at::Tensor scores = processed({.top_k = 3}).expand({rows, 4});
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{3});
    const at::Tensor tokens = next_tokens(scores, {.do_sample = true}, generator);
    const at::Tensor share = at::bincount(tokens, {}, 4).to(at::kDouble).div(rows),
                     expected = scores[0].to(at::kDouble).softmax(-1);
    CHECK(share[3].item<double>() == 0);
    for (Index i = 0; i < 3; ++i) {
        const double p = expected[i].item<double>();
        CHECK(std::abs(share[i].item<double>() - p) < 5 * std::sqrt(p * (1 - p) / static_cast<double>(rows)));
    }
    CHECK(next_tokens(scores, {}, generator).eq(0).all().item<bool>());
}

TEST_CASE("rows without a finite score are named") {
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{3});
    at::Tensor scores = at::zeros({2, 3});
    scores[1][2].fill_(NAN);
    CHECK(message_of<ValueError>([&] {
              (void)next_tokens(scores, {}, generator);
          }).find("the scores of row 1 hold NaN") == 0);
}

TEST_CASE("the distribution of the next token is that of transformers") {
    const Safetensors expected = Safetensors::open(SUTURE_SOURCE_DIR "/tests/generate/data/logits.safetensors");
    const at::Tensor logits = expected.load("logits");
    const at::Tensor seen = expected.load("seen"), is_token = at::ones_like(seen, at::kBool);
    const std::map<std::string, GenerateOptions> all{
        {"temperature", {.do_sample = true, .temperature = 0.7}},
        {"top_k", {.do_sample = true, .top_k = 5}},
        {"top_k_all", {.do_sample = true, .top_k = 99}},
        {"top_p", {.do_sample = true, .top_p = 0.6}},
        {"top_p_least", {.do_sample = true, .top_p = 0}},
        {"min_p", {.do_sample = true, .min_p = 0.2}},
        {"repetition_penalty", {.repetition_penalty = 1.4}},
        {"all",
         {.do_sample = true, .temperature = 1.3, .top_k = 12, .top_p = 0.8, .min_p = 0.05, .repetition_penalty = 0.8}},
    };
    CHECK(expected.names().size() == all.size() + 2);
    for (const auto& [name, options] : all) {
        const std::string which = name;
        CAPTURE(which);
        const at::Tensor is = processed_scores(logits, seen, is_token, options).softmax(-1);
        CHECK(is.sub(expected.load(name)).abs().max().item<double>() < 1e-12);
    }
    // In float32, as most models compute.
    const at::Tensor narrow = processed_scores(logits.to(at::kFloat), seen, is_token, all.at("all")).softmax(-1);
    CHECK(narrow.scalar_type() == at::kFloat);
    CHECK(narrow.sub(expected.load("all")).abs().max().item<double>() < 1e-6);
    CHECK(processed_scores(logits.to(at::kBFloat16), seen, is_token, {}).scalar_type() == at::kFloat);
}
