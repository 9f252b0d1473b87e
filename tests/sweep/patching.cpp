// Patchings: which runs are changed and where the activations come from, for every way to make one.
#include "suture/sweep/patching.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randint.h>

#include <set>
#include <string>
#include <type_traits>
#include <vector>

namespace {
using namespace suture;
using suture_test::message_of;
using suture_test::says;

at::Tensor ids(at::IntArrayRef sizes) { return at::randint(0, 100, sizes, at::kLong); }
const at::Tensor clean = ids({3, 5}), corrupted = ids({3, 5});

/// All ways to make a patching of these prompts, with others of their own.
std::vector<Patching> all_of(const at::Tensor& prompts, const at::Tensor& from) {
    return {denoising(prompts, from),
            noising(prompts, from),
            zero_ablation(prompts),
            mean_ablation(prompts, from),
            resample_ablation(prompts, from, 1),
            editing(prompts)};
}
}  // namespace

TEST_CASE("denoising changes the corrupted runs, noising the clean ones, and both know which runs are clean") {
    const Patching to_clean = denoising(clean, corrupted), to_corrupted = noising(clean, corrupted);
    CHECK(to_clean.base().equal(corrupted));
    CHECK(to_clean.source().equal(clean));
    CHECK_FALSE(to_clean.base_is_clean());
    CHECK(to_corrupted.base().equal(clean));
    CHECK(to_corrupted.source().equal(corrupted));
    CHECK(to_corrupted.base_is_clean());
    for (const Patching& p : {to_clean, to_corrupted}) {
        CHECK(p.puts_in() == Patching::Source::activations);
        CHECK(p.clean().equal(clean));
    }
}

TEST_CASE("ablations and edits change the prompts' own runs, which are the clean ones") {
    const at::Tensor reference = ids({7, 5});
    const std::vector<Patching> all{zero_ablation(clean), mean_ablation(clean, reference),
                                    resample_ablation(clean, reference, 3), editing(clean)};
    for (const Patching& p : all) {
        CHECK(p.base().equal(clean));
        CHECK(p.clean().equal(clean));
        CHECK(p.base_is_clean());
    }
    CHECK(all[0].puts_in() == Patching::Source::zeros);
    CHECK_FALSE(all[0].source().defined());
    CHECK(all[1].puts_in() == Patching::Source::means);
    CHECK(all[1].source().equal(reference));
    CHECK(all[2].puts_in() == Patching::Source::activations);
    CHECK(all[2].source().sizes() == clean.sizes());
    CHECK(all[3].puts_in() == Patching::Source::edits);
    CHECK_FALSE(all[3].source().defined());
}

TEST_CASE("every patching has a short name") {
    std::vector<std::string> names;
    for (const Patching& p : all_of(clean, corrupted)) names.push_back(p.name());
    CHECK((names == std::vector<std::string>{"denoising", "noising", "zero ablation", "mean ablation",
                                             "resample ablation", "editing"}));
}

TEST_CASE("one prompt may be given as [tokens]") {
    const at::Tensor one = ids({5}), other = ids({5});
    for (const Patching& p : all_of(one, other)) {
        CAPTURE(p.name());
        CHECK((p.base().sizes() == at::IntArrayRef({1, 5})));
        CHECK(p.clean()[0].equal(one));
        if (p.source().defined()) CHECK((p.source().sizes() == at::IntArrayRef({1, 5})));
    }
    CHECK(noising(one, corrupted.narrow(0, 0, 1)).source().equal(corrupted.narrow(0, 0, 1)));
}

TEST_CASE("a patching keeps its own copy of the ids, in the dtype that it was given") {
    for (const at::ScalarType dtype : {at::kLong, at::kInt}) {
        const at::Tensor first = clean.to(dtype, false, true), second = corrupted.to(dtype, false, true);
        const std::vector<Patching> all = all_of(first, second);
        first.fill_(0), second.fill_(0);
        for (const Patching& p : all) {
            CAPTURE(p.name());
            CHECK(p.base().scalar_type() == dtype);
            CHECK(p.clean().equal(clean.to(dtype)));
            if (p.source().defined() && p.puts_in() == Patching::Source::means)
                CHECK(p.source().equal(corrupted.to(dtype)));
        }
    }
}

TEST_CASE("the seed alone decides which reference prompts are drawn") {
    const at::Tensor prompts = ids({50, 4}), reference = at::arange(40, at::kLong).view({10, 4});
    at::manual_seed(1);
    const at::Tensor drawn = resample_ablation(prompts, reference, 7).source();
    at::manual_seed(2);
    CHECK(resample_ablation(prompts, reference, 7).source().equal(drawn));
    CHECK_FALSE(resample_ablation(prompts, reference, 8).source().equal(drawn));
    at::manual_seed(3);
    const at::Tensor next = at::randint(0, 1000, {5}, at::kLong);
    at::manual_seed(3);
    (void)resample_ablation(prompts, reference, 7);
    CHECK(at::randint(0, 1000, {5}, at::kLong).equal(next));
}

TEST_CASE("whole reference prompts are drawn, and in the long run all of them") {
    const at::Tensor reference = at::arange(40, at::kLong).view({10, 4});
    const at::Tensor drawn = resample_ablation(ids({500, 4}), reference, 7).source();
    std::set<Index> rows;
    for (Index i = 0; i < drawn.size(0); ++i) {
        const Index row = drawn[i][0].item<Index>() / 4;
        CHECK(drawn[i].equal(reference[row]));
        rows.insert(row);
    }
    CHECK(rows.size() == 10);
}

TEST_CASE("prompts of unequal length are refused if one is patched into another") {
    const at::Tensor longer = ids({3, 6});
    for (const std::string& text : {message_of<ShapeError>([&] { (void)denoising(clean, longer); }),
                                    message_of<ShapeError>([&] { (void)noising(clean, longer); }),
                                    message_of<ShapeError>([&] { (void)mean_ablation(clean, longer); }),
                                    message_of<ShapeError>([&] { (void)resample_ablation(clean, longer, 1); })})
        CHECK(says(text, "have 5 and 6 tokens", "position by position", "give prompts of one length"));
}

TEST_CASE("every clean prompt needs a corrupted one; an ablation takes any number of reference prompts") {
    for (const std::string& text : {message_of<ShapeError>([&] {
                                        (void)denoising(clean, ids({2, 5}));
                                    }),
                                    message_of<ShapeError>([&] {
                                        (void)noising(clean, ids({2, 5}));
                                    })})
        CHECK(says(text, "there are 3 clean and 2 corrupted prompts", "one corrupted prompt to each clean one"));
    CHECK(mean_ablation(clean, ids({1, 5})).source().size(0) == 1);
    CHECK(resample_ablation(clean, ids({1, 5}), 1).source().size(0) == 3);
}

TEST_CASE("prompts of two dtypes are refused: a model that takes one may refuse the other half-way") {
    for (const std::string& text : {message_of<TypeError>([&] { (void)denoising(clean, corrupted.to(at::kInt)); }),
                                    message_of<TypeError>([&] { (void)mean_ablation(clean, corrupted.to(at::kInt)); })})
        CHECK(says(text, "int64 [3, 5] on cpu and int32 [3, 5] on cpu", "one dtype and device"));
    CHECK(says(message_of<TypeError>([&] { (void)noising(clean, corrupted.to(at::kMeta)); }), "on cpu", "on meta"));
}

TEST_CASE("anything but token ids is refused, and the message names the argument") {
    const auto type = [](const at::Tensor& a, const at::Tensor& b) {
        return message_of<TypeError>([&] { (void)denoising(a, b); });
    };
    CHECK(says(type(at::ones({3, 5}), corrupted), "the clean prompts are float32 [3, 5]", "give token ids, integers"));
    CHECK(says(type(clean, at::ones({3, 5}, at::kBool)), "the corrupted prompts are bool [3, 5]"));
    CHECK(says(type(clean, at::Tensor()), "the corrupted prompts are an undefined tensor"));
    CHECK(says(message_of<TypeError>([] {
                   (void)mean_ablation(clean, at::ones({3, 5}));
               }),
               "the reference prompts are float32"));
    for (const at::Tensor& given : {ids({2, 3, 5}), ids({0, 5}), ids({0}), ids({})})
        for (const std::string& text : {message_of<ShapeError>([&] { (void)zero_ablation(given); }),
                                        message_of<ShapeError>([&] { (void)editing(given); }),
                                        message_of<ShapeError>([&] { (void)resample_ablation(given, clean, 1); })})
            CHECK(says(text, "the prompts have shape " + shape_text(given.sizes()),
                       "[prompts, length], or [length] for one"));
}

TEST_CASE("a patching is made of prompts only") {
    static_assert(!std::is_default_constructible_v<Patching> && std::is_copy_constructible_v<Patching>);
}
