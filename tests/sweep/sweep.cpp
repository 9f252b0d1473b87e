#include "suture/sweep/sweep.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "sweep/fixture.hpp"

#include <ATen/ops/randint.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <memory>
#include <stdexcept>
#include <vector>

namespace {
using namespace sweeping;
using suture_test::message_of;
using suture_test::says;

std::vector<Patching> patchings() {
    const Pairs p = pairs(2, 2);
    return {denoising(p.clean, p.corrupted), noising(p.clean, p.corrupted), zero_ablation(p.clean),
            mean_ablation(p.clean, p.corrupted), resample_ablation(p.clean, p.corrupted, 3)};
}
std::vector<Metric> metrics() {
    const at::Tensor answers = at::tensor({3, 8}), others = at::tensor({1, 1});
    return {
        logit_difference(3, 4),
        logit(2),
        logit_difference(answers, others),
        answer_logit(answers),
        probability(5),
        probability(answers).at(token(3)),
        loss(answers),
        next_token_loss(),
        kl_divergence(),
        kl_divergence().at(tokens(2, 5)),
        Metric(logit_difference(3, 4)).at(token(1)),
        metric_of([](const at::Tensor& logits) { return logits.select(-1, 7).mul(logits.select(-1, 2)).mean(-1); })};
}

/// The five optimisations whose bits are set in the number.
Optimisations savings_of(unsigned bits) {
    return {(bits & 1u) != 0, (bits & 2u) != 0, (bits & 4u) != 0, (bits & 8u) != 0, (bits & 16u) != 0};
}
}  // namespace

TEST_CASE("for every patching and grid, a cell is the metric of a forward pass with its patch") {
    Model m = model();
    for (const auto& [captured, grid] : grids(m))
        for (const Patching& patching : patchings()) {
            const std::string& name = captured;  // clang 14 cannot capture a structured binding
            CAPTURE(name);
            CAPTURE(patching.name());
            const SweepResult fast = sweep(m, patching, grid, logit_difference(3, 4));
            const SweepResult plain = sweep(m, patching, grid, logit_difference(3, 4), with(Optimisations::none()));
            CHECK(fast.method == SweepMethod::stages_by_position);
            CHECK(plain.method == SweepMethod::forward_passes);
            check_same(fast, plain, 1e-10);
            // The patches do something: a sweep that patched nothing would pass otherwise.
            if (name != "the last norm") CHECK(plain.effects().abs().max().item<double>() > 1e-3);
        }
}

TEST_CASE("no combination of optimisations changes a number") {
    Model m = model();
    const Pairs p = pairs(2, 3);
    const auto all = grids(m);
    for (const std::size_t which : {1u, 6u, 8u, 9u, 12u, 15u}) {
        const auto& [captured, grid] = all[which];
        const std::string& name = captured;  // clang 14 cannot capture a structured binding
        CAPTURE(name);
        const SweepResult plain =
            sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), with(Optimisations::none()));
        for (unsigned bits = 1; bits < 32; ++bits) {
            CAPTURE(bits);
            check_same(sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), with(savings_of(bits))),
                       plain, 1e-10);
        }
    }
}

TEST_CASE("every metric reads the same numbers as from whole runs") {
    Model m = model();
    const auto all = grids(m);
    // Two tokens of the largest grid: it is swept over all of them above.
    const std::vector<Grid> some{all[1].second.at(tokens(3, 5)), all[6].second, all[8].second, all[12].second};
    for (const Patching& patching : patchings())
        for (const Metric& metric : metrics())
            for (std::size_t which = 0; which < some.size(); ++which) {
                CAPTURE(patching.name());
                CAPTURE(metric.name);
                CAPTURE(which);
                const Grid& grid = some[which];
                if (patching.is_pair() && metric.where == token(1)) {  // before the tokens that differ
                    CHECK_THROWS_WITH_AS(sweep(m, patching, grid, metric),
                                         doctest::Contains("in both the clean and the corrupted run of prompt 0"),
                                         ValueError);
                    continue;
                }
                check_same(sweep(m, patching, grid, metric),
                           sweep(m, patching, grid, metric, with(Optimisations::none())), 1e-10);
            }
}

TEST_CASE("in float32 the numbers agree to 1e-4") {
    Model m = model(at::kFloat);
    const Pairs p = pairs(2, 1);
    for (const auto& [captured, grid] : grids(m)) {
        const std::string& name = captured;  // clang 14 cannot capture a structured binding
        CAPTURE(name);
        check_same(sweep(m, noising(p.clean, p.corrupted), grid, logit_difference(3, 4)),
                   sweep(m, noising(p.clean, p.corrupted), grid, logit_difference(3, 4), with(Optimisations::none())),
                   1e-4);
    }
}

TEST_CASE("a patch that changes nothing is the baseline, bit for bit, and is not run") {
    Model m = model();
    constexpr Index differ = 4;
    const Pairs p = pairs(3, differ);
    const SweepResult result = sweep(m, denoising(p.clean, p.corrupted), grids(m)[0].second, logit_difference(3, 4));
    REQUIRE(result.values.sizes().vec() == std::vector<Index>{3, layers, length});
    const at::Tensor before = result.values.narrow(2, 0, differ);
    CHECK(before.equal(result.baseline.view({3, 1, 1}).expand_as(before)));
    CHECK_FALSE(result.ran.narrow(2, 0, differ).any().item<bool>());
    // In the last layer only the last token's query is read; elsewhere each later token's matters.
    CHECK(result.ran.narrow(1, 0, layers - 1).narrow(2, differ, length - differ).all().item<bool>());
    CHECK(result.ran.select(1, layers - 1).sum().item<Index>() == 3);
}

TEST_CASE("a sweep of prompts that do not differ runs no cell") {
    Model m = model();
    const Pairs p = pairs(1, 2);
    const SweepResult result = sweep(m, resample_ablation(p.clean, p.clean, 1), grids(m)[1].second, loss(2));
    CHECK_FALSE(result.ran.any().item<bool>());
    CHECK(result.effects().abs().max().item<double>() == 0);
}

TEST_CASE("how many cells run together, and in how much memory, changes no number") {
    Model m = model();
    const Pairs p = pairs(5, 1);
    const Grid grid = grids(m)[1].second;
    const SweepResult plain =
        sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), with(Optimisations::none()));
    for (const Index batch : {1, 2, 7, 1000})
        for (const std::size_t memory : {std::size_t{400} << 10, std::size_t{1} << 30}) {
            SweepOptions options;
            options.batch = batch;
            options.memory = memory;
            check_same(sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), options), plain, 1e-10);
        }
}

TEST_CASE("several processes that claim batches run all cells between them, bit for bit as one would") {
    Model m = model();
    const Pairs p = pairs(3, 1);
    const Grid grid = grids(m)[1].second;
    SweepOptions options;
    options.batch = 10;
    const SweepResult alone = sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), options);
    at::Tensor together = at::full_like(alone.values, std::nan("")), times = at::zeros_like(alone.values);
    for (std::size_t rank = 0; rank < 3; ++rank) {
        options.claim = [rank](std::size_t batch) { return batch % 3 == rank; };
        const SweepResult own = sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), options);
        CHECK_FALSE(own.is_complete());
        together = own.values.where(own.done, together);
        times.add_(own.ran);
    }
    CHECK(together.equal(alone.values));
    CHECK(times.equal(alone.ran.to(at::kDouble)));
}

TEST_CASE("an interrupted sweep continues from its journal, with the same numbers") {
    Model m = model();
    const Pairs p = pairs(2, 1);
    const Grid grid = grids(m)[1].second;
    const auto file = std::filesystem::temp_directory_path() / "suture-sweep-test.journal";
    std::filesystem::remove(file);
    SweepOptions options;
    options.batch = 10;
    const SweepResult whole = sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), options);

    Index told = 0, batches = 0;
    options.journal = std::make_shared<SweepJournal>(file);
    options.progress = [&](const SweepProgress& progress) {
        CHECK(progress.done >= told);
        CHECK(progress.all == whole.values.numel());
        told = progress.done;
        if (++batches == 4) throw std::runtime_error("interrupted");
    };
    CHECK_THROWS_WITH((void)sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), options),
                      "interrupted");
    const std::size_t kept = options.journal->cells().size();
    CHECK(kept > 0);
    CHECK(kept < static_cast<std::size_t>(whole.ran.sum().item<Index>()));

    options.journal = std::make_shared<SweepJournal>(file);
    std::size_t ran = 0;
    options.progress = {};
    options.claim = [&](std::size_t) { return ++ran > 0; };
    const SweepResult resumed = sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), options);
    CHECK(resumed.values.equal(whole.values));
    CHECK(resumed.ran.equal(whole.ran));
    CHECK(ran == (static_cast<std::size_t>(whole.ran.sum().item<Index>()) - kept + 9) / 10);

    // Of another sweep, or another model, nothing is taken.
    options.journal = std::make_shared<SweepJournal>(file);
    CHECK(says(message_of<FileError>(
                   [&] { (void)sweep(m, noising(p.clean, p.corrupted), grid, logit_difference(3, 4), options); }),
               "belongs to another sweep"));
    {
        const at::NoGradGuard no_gradients;
        m->token_embedding->weight.mul_(1.5);
    }
    options.journal = std::make_shared<SweepJournal>(file);
    CHECK(says(message_of<FileError>(
                   [&] { (void)sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), options); }),
               "belongs to another sweep"));
    // A function has no weights to compare, but a baseline.
    std::filesystem::remove(file);
    const auto forward = [&](const at::Tensor& ids) { return m->forward(ids); };
    options.journal = std::make_shared<SweepJournal>(file);
    (void)sweep(forward, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), options);
    {
        const at::NoGradGuard no_gradients;
        m->token_embedding->weight.mul_(1.5);
    }
    CHECK(says(message_of<FileError>([&] {
                   (void)sweep(forward, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), options);
               }),
               "belongs to another model"));
    std::filesystem::remove(file);
}

TEST_CASE("a model that only has a forward runs all prompts at once, with the same numbers") {
    Model m = model();
    const Pairs p = pairs(3, 1);
    std::vector<Index> batches;
    const auto forward = [&](const at::Tensor& ids) {
        batches.push_back(ids.size(0));
        return m->forward(ids);
    };
    for (const std::size_t which : {1u, 6u, 14u, 15u}) {
        const Grid grid = grids(m)[which].second;
        const SweepResult plain =
            sweep(m, denoising(p.clean, p.corrupted), grid, kl_divergence(), with(Optimisations::none()));
        batches.clear();
        check_same(sweep(forward, denoising(p.clean, p.corrupted), grid, kl_divergence()), plain, 1e-10);
        // One prompt to see what it takes, both runs, and a pass for each place.
        CHECK(static_cast<Index>(batches.size()) == 3 + plain.values.numel() / 3);
        CHECK(std::count(batches.begin(), batches.end(), 3) == 2 + plain.values.numel() / 3);
    }
}

TEST_CASE("arguments that do not fit are refused before the model runs") {
    Model m = model();
    const Pairs p = pairs(2, 2);
    const auto c_attn = sites<Qkv>(m, "h.*.attn.c_attn");
    const Patching patching = denoising(p.clean, p.corrupted);
    const auto never = [](const at::Tensor&) -> at::Tensor { throw std::logic_error("the model was run"); };
    const auto refused = [&]<class E>(E*, const Grid& grid, const Metric& metric, const char* why) {
        CHECK(says(message_of<E>([&] { (void)sweep(m, patching, grid, metric); }), why));
        CHECK(says(message_of<E>([&] { (void)sweep(never, patching, grid, metric); }), why));
    };
    refused((PositionError*)nullptr, Grid::of<Q>(c_attn).at(token(6)), logit(1),
            "token 6 is outside a prompt of the sweep, which has 6");
    refused((PositionError*)nullptr, Grid::of<Q>(c_attn).at(tokens(2, 9)), logit(1),
            "reaches beyond a prompt of the sweep, which has 6");
    refused((PositionError*)nullptr, Grid::of<Q>(c_attn), Metric(logit(1)).at(token(6)),
            "where the metric 'logit' is read");
    refused((ShapeError*)nullptr, Grid::of<Q>(c_attn), answer_logit(at::tensor({1, 2, 3})),
            "has answers for 3 prompts but 2 are swept");
    const std::vector recipes{on<Q>(token(1)).zero(), on<Q>(token(40)).zero()};
    CHECK(says(message_of<PositionError>(
                   [&] { (void)sweep(never, editing(p.clean), Grid::of_recipes(c_attn, recipes), logit(1)); }),
               "Q[token 40] = 0: token 40 is outside"));
    CHECK(says(message_of<ValueError>([&] { (void)sweep(never, editing(p.clean), Grid::of<Q>(c_attn), logit(1)); }),
               "this grid has none: use Grid::of_recipes"));
    CHECK(
        says(message_of<ShapeError>([&] { (void)denoising(p.clean, p.corrupted.narrow(1, 0, 5)); }), "6 and 5 tokens"));
    CHECK_THROWS_AS((void)sweep(m, patching, Grid::of<Q>(c_attn), logit(vocabulary)), ValueError);
}

TEST_CASE("a site that is never passed is an error, however it is swept") {
    Model m = model(), other = model();
    const Pairs p = pairs(1, 2);
    const Grid elsewhere = Grid::of<Q>(sites<Qkv>(other, "h.*.attn.c_attn"));
    for (const Optimisations optimisations : {Optimisations{}, Optimisations::none()})
        CHECK(says(message_of<HookError>([&] {
                       (void)sweep(m, denoising(p.clean, p.corrupted), elsewhere, logit(1), with(optimisations));
                   }),
                   "h.0.attn.c_attn"));
}

TEST_CASE("the model is left as it was: parameters, gradients and sites") {
    Model m = model();
    const Pairs p = pairs(1, 2);
    const at::Tensor before = m->forward(p.clean).detach().clone();
    SweepOptions options;
    options.attribution = true;
    (void)sweep(m, denoising(p.clean, p.corrupted), grids(m)[1].second, logit(1), options);
    for (const at::Tensor& parameter : m->parameters()) CHECK_FALSE(parameter.grad().defined());
    CHECK(m->forward(p.clean).equal(before));
}

TEST_CASE("a metric that writes into its argument is refused before it spoils a cell") {
    Model m = model();
    const Pairs p = pairs(1, 1);
    const Metric writing = metric_of([](const at::Tensor& logits) { return logits.sub_(1).sum({1, 2}); }, "mine");
    for (const Optimisations optimisations : {Optimisations{}, Optimisations::none()})
        CHECK(says(message_of<OwnershipError>([&] {
                       (void)sweep(m, denoising(p.clean, p.corrupted), grids(m)[0].second, writing,
                                   with(optimisations));
                   }),
                   "the metric 'mine' wrote to the tensor it was lent"));
}

TEST_CASE("attention scores, which exist only for whole runs, cannot be swept position by position") {
    Model m = model();
    const Pairs p = pairs(1, 2);
    const Grid scores = Grid::of<Resid>(SiteRef<Resid<6>>(m->blocks[0]->attn->scores));
    CHECK(says(message_of<ShapeError>([&] { (void)sweep(m, denoising(p.clean, p.corrupted), scores, logit(1)); }),
               "give sites where each position has its own channels"));
}

TEST_CASE("a sweep over sites whose layout takes its numbers from the model equals that with a static layout") {
    Model m = model();
    const Pairs p = pairs(2, 2);
    const auto fixed = sites<Qkv>(m, "h.*.attn.c_attn");
    const auto dynamic_sites = sites<Gpt2Qkv<dynamic, dynamic>>(m, "h.*.attn.c_attn");
    check_same(
        sweep(m, denoising(p.clean, p.corrupted), Grid::of<Q, V>(dynamic_sites).by_head(), logit_difference(3, 4)),
        sweep(m, denoising(p.clean, p.corrupted), Grid::of<Q, V>(fixed).by_head(), logit_difference(3, 4)), 0);
}
