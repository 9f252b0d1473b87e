#include "suture/study/sweep.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "study/sweep_fixture.hpp"

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

/// All that a result says, compared.
void check_same(const SweepResult& a, const SweepResult& b, double tolerance) {
    CHECK((a.axes == b.axes));
    CHECK(a.is_complete());
    CHECK(distance(a.values, b.values) <= tolerance);
    CHECK(distance(a.baseline, b.baseline) <= tolerance);
    CHECK(a.source.defined() == b.source.defined());
    if (a.source.defined()) CHECK(distance(a.source, b.source) <= tolerance);
}

/// The five savings, by the bits of a number.
Savings savings_of(unsigned bits) {
    return {(bits & 1u) != 0, (bits & 2u) != 0, (bits & 4u) != 0, (bits & 8u) != 0, (bits & 16u) != 0};
}
}  // namespace

TEST_CASE("whatever is patched with whatever, a cell is the metric of a forward pass with its patch") {
    Model m = model();
    for (const auto& [name, grid] : grids(m))
        for (const Patching& patching : patchings()) {
            CAPTURE(name);
            CAPTURE(patching.name());
            const SweepResult fast = sweep(m, patching, grid, logit_difference(3, 4));
            const SweepResult plain = sweep(m, patching, grid, logit_difference(3, 4), with(Savings::none()));
            CHECK(fast.how == "stages, row by row");
            CHECK(plain.how == "one forward pass a cell");
            check_same(fast, plain, 1e-10);
            // The patches do something: a sweep that patched nothing would pass otherwise.
            if (name != "the last norm") CHECK(plain.effects().abs().max().item<double>() > 1e-3);
        }
}

TEST_CASE("whatever is saved, the numbers are the same") {
    Model m = model();
    const Pairs p = pairs(2, 3);
    const auto all = grids(m);
    for (const std::size_t which : {1u, 6u, 8u, 9u, 12u, 15u}) {
        const auto& [name, grid] = all[which];
        CAPTURE(name);
        const SweepResult plain =
            sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), with(Savings::none()));
        for (unsigned bits = 1; bits < 32; ++bits) {
            CAPTURE(bits);
            check_same(sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), with(savings_of(bits))),
                       plain, 1e-10);
        }
    }
}

TEST_CASE("every metric reads what it would read of whole runs") {
    Model m = model();
    for (const Patching& patching : patchings())
        for (const Metric& metric : metrics())
            for (const std::size_t which : {1u, 6u, 8u, 12u}) {
                CAPTURE(patching.name());
                CAPTURE(metric.name);
                CAPTURE(which);
                const Grid grid = grids(m)[which].second;
                check_same(sweep(m, patching, grid, metric), sweep(m, patching, grid, metric, with(Savings::none())),
                           1e-10);
            }
}

TEST_CASE("in float32 the numbers agree to 1e-4") {
    Model m = model(at::kFloat);
    const Pairs p = pairs(2, 1);
    for (const auto& [name, grid] : grids(m)) {
        CAPTURE(name);
        check_same(sweep(m, noising(p.clean, p.corrupted), grid, logit_difference(3, 4)),
                   sweep(m, noising(p.clean, p.corrupted), grid, logit_difference(3, 4), with(Savings::none())), 1e-4);
    }
}

TEST_CASE("a patch that changes nothing is the baseline, bit for bit, and is not run") {
    Model m = model();
    constexpr extent differ = 4;
    const Pairs p = pairs(3, differ);
    const SweepResult result = sweep(m, denoising(p.clean, p.corrupted), grids(m)[0].second, logit_difference(3, 4));
    REQUIRE(result.values.sizes().vec() == std::vector<extent>{3, layers, length});
    const at::Tensor before = result.values.narrow(2, 0, differ);
    CHECK(before.equal(result.baseline.view({3, 1, 1}).expand_as(before)));
    CHECK_FALSE(result.ran.narrow(2, 0, differ).any().item<bool>());
    // In the last layer only the last token's query is read; elsewhere each later token's matters.
    CHECK(result.ran.narrow(1, 0, layers - 1).narrow(2, differ, length - differ).all().item<bool>());
    CHECK(result.ran.select(1, layers - 1).sum().item<extent>() == 3);
}

TEST_CASE("a sweep of prompts that do not differ runs no cell") {
    Model m = model();
    const Pairs p = pairs(1, 2);
    const SweepResult result = sweep(m, denoising(p.clean, p.clean), grids(m)[1].second, loss(2));
    CHECK_FALSE(result.ran.any().item<bool>());
    CHECK(result.effects().abs().max().item<double>() == 0);
}

TEST_CASE("how many cells run together, and in how much memory, changes no number") {
    Model m = model();
    const Pairs p = pairs(5, 1);
    const Grid grid = grids(m)[1].second;
    const SweepResult plain =
        sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), with(Savings::none()));
    for (const extent batch : {1, 2, 7, 1000})
        for (const std::size_t memory : {std::size_t{400} << 10, std::size_t{1} << 30}) {
            SweepOptions options;
            options.batch = batch;
            options.memory = memory;
            check_same(sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), options), plain, 1e-10);
        }
}

TEST_CASE("a sweep holds no more than it may, and nothing behind it") {
    Model m = model();
    const Pairs p = pairs(6, 0);
    for (const Metric& metric : {Metric(logit_difference(3, 4)), kl_divergence(), next_token_loss()})
        for (const std::size_t kilobytes : {400u, 1000u, 4000u, 20000u}) {
            CAPTURE(metric.name);
            CAPTURE(kilobytes);
            SweepOptions options;
            options.memory = kilobytes << 10;
            const suture::detail::peak_memory peak;
            (void)sweep(m, denoising(p.clean, p.corrupted), grids(m)[1].second, metric, options);
            CHECK(peak.bytes() <= static_cast<std::int64_t>(options.memory));
            CHECK(peak.bytes() > static_cast<std::int64_t>(options.memory) / 20);
        }
}

TEST_CASE("a sweep without room for one cell says how much it needs") {
    Model m = model();
    const Pairs p = pairs(1, 0);
    SweepOptions options;
    options.memory = 1000;
    CHECK(says(message_of<MemoryError>(
                   [&] { (void)sweep(m, denoising(p.clean, p.corrupted), grids(m)[0].second, logit(1), options); }),
               "allow more with the option 'memory'"));
}

TEST_CASE("several processes that claim batches have all cells between them, bit for bit those of one") {
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

TEST_CASE("a sweep that is interrupted goes on from its journal, with the same numbers") {
    Model m = model();
    const Pairs p = pairs(2, 1);
    const Grid grid = grids(m)[1].second;
    const auto file = std::filesystem::temp_directory_path() / "suture-sweep-test.journal";
    std::filesystem::remove(file);
    SweepOptions options;
    options.batch = 10;
    const SweepResult whole = sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), options);

    extent told = 0, batches = 0;
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
    CHECK(kept < static_cast<std::size_t>(whole.ran.sum().item<extent>()));

    options.journal = std::make_shared<SweepJournal>(file);
    std::size_t ran = 0;
    options.progress = {};
    options.claim = [&](std::size_t) { return ++ran > 0; };
    const SweepResult resumed = sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), options);
    CHECK(resumed.values.equal(whole.values));
    CHECK(resumed.ran.equal(whole.ran));
    CHECK(ran == (static_cast<std::size_t>(whole.ran.sum().item<extent>()) - kept + 9) / 10);

    // Of another sweep, or another model, nothing is taken.
    options.journal = std::make_shared<SweepJournal>(file);
    CHECK(says(message_of<FileError>(
                   [&] { (void)sweep(m, noising(p.clean, p.corrupted), grid, logit_difference(3, 4), options); }),
               "is of another sweep"));
    {
        const at::NoGradGuard no_gradients;
        m->wte->weight.mul_(1.5);
    }
    options.journal = std::make_shared<SweepJournal>(file);
    CHECK(says(message_of<FileError>(
                   [&] { (void)sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), options); }),
               "is of another sweep"));
    // A function has no weights to compare, but a baseline.
    std::filesystem::remove(file);
    const auto forward = [&](const at::Tensor& ids) { return m->forward(ids); };
    options.journal = std::make_shared<SweepJournal>(file);
    (void)sweep(forward, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), options);
    {
        const at::NoGradGuard no_gradients;
        m->wte->weight.mul_(1.5);
    }
    CHECK(says(message_of<FileError>([&] {
                   (void)sweep(forward, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), options);
               }),
               "is of another model"));
    std::filesystem::remove(file);
}

TEST_CASE("a model that only has a forward runs all prompts at once, with the same numbers") {
    Model m = model();
    const Pairs p = pairs(3, 1);
    std::vector<extent> batches;
    const auto forward = [&](const at::Tensor& ids) {
        batches.push_back(ids.size(0));
        return m->forward(ids);
    };
    for (const std::size_t which : {1u, 6u, 14u, 15u}) {
        const Grid grid = grids(m)[which].second;
        const SweepResult plain =
            sweep(m, denoising(p.clean, p.corrupted), grid, kl_divergence(), with(Savings::none()));
        batches.clear();
        check_same(sweep(forward, denoising(p.clean, p.corrupted), grid, kl_divergence()), plain, 1e-10);
        // One prompt to see what it takes, both runs, and a pass for each place.
        CHECK(static_cast<extent>(batches.size()) == 3 + plain.values.numel() / 3);
        CHECK(std::count(batches.begin(), batches.end(), 3) == 2 + plain.values.numel() / 3);
    }
}

TEST_CASE("what does not fit is refused before the model is run") {
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
               "the grid has none: give one of Grid::of_recipes"));
    CHECK(
        says(message_of<ShapeError>([&] { (void)denoising(p.clean, p.corrupted.narrow(1, 0, 5)); }), "6 and 5 tokens"));
    CHECK_THROWS_AS((void)sweep(m, patching, Grid::of<Q>(c_attn), logit(vocabulary)), ValueError);
}

TEST_CASE("a sweep in parts refuses hooks that are active, which a plain one runs") {
    Model m = model();
    const Pairs p = pairs(1, 2);
    const Grid grid = grids(m)[0].second;
    HookSet hooks;
    const auto handle = hooks.add(m->h[0]->mlp->c_proj, on<MlpOut>().zero());
    const SweepResult without = sweep(m, denoising(p.clean, p.corrupted), grid, logit(1));
    const auto scope = hooks.activate();
    CHECK(says(message_of<HookError>([&] { (void)sweep(m, denoising(p.clean, p.corrupted), grid, logit(1)); }),
               "hooks are active in this thread"));
    const SweepResult within = sweep(m, denoising(p.clean, p.corrupted), grid, logit(1), with(Savings::none()));
    CHECK(distance(within.values, without.values) > 1e-3);
}

TEST_CASE("a site that is not passed is an error, whatever sweeps it") {
    Model m = model(), other = model();
    const Pairs p = pairs(1, 2);
    const Grid elsewhere = Grid::of<Q>(sites<Qkv>(other, "h.*.attn.c_attn"));
    for (const Savings savings : {Savings{}, Savings::none()})
        CHECK(says(message_of<HookError>(
                       [&] { (void)sweep(m, denoising(p.clean, p.corrupted), elsewhere, logit(1), with(savings)); }),
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

TEST_CASE("a site outside the blocks, or a model in stages that a site is passed twice in, is swept by its forward") {
    struct placed {
        Model gpt2 = model();
        HookPoint<Whole<Resid<48>>> embedding{"embedding"};
        extent layers() const { return gpt2->layers(); }
        at::Tensor embed(const at::Tensor& ids) { return embedding(gpt2->embed(ids)); }
        at::Tensor block(extent i, const at::Tensor& x) { return gpt2->block(i, x); }
        at::Tensor head(const at::Tensor& x) { return gpt2->head(x); }
        at::Tensor head(const at::Tensor& x, const at::Tensor& ids) { return gpt2->head(x, ids); }
    } m;
    const Pairs p = pairs(2, 1);
    const Grid grid = Grid::of<Resid>(m.embedding);
    const SweepResult found = sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(7, 4));
    CHECK(found.how == "one forward pass a cell");
    check_same(found, sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(7, 4), with(Savings::none())),
               1e-12);
    // The embedding is the stream before the first block.
    const Grid stream = Grid::of<Resid>(m.gpt2->h[0]->resid_pre);
    CHECK(distance(found.values,
                   sweep(m.gpt2, denoising(p.clean, p.corrupted), stream, logit_difference(7, 4)).values) < 1e-10);

    struct looped : placed {
        at::Tensor block(extent, const at::Tensor& x) { return gpt2->block(0, x); }
    } l;
    for (const Savings savings : {Savings{}, Savings::none()})
        CHECK(says(message_of<HookError>([&] {
                       (void)sweep(l, denoising(p.clean, p.corrupted), Grid::of<Q>(l.gpt2->h[0]->attn->c_attn),
                                   logit(1), with(savings));
                   }),
                   "h.0.attn.c_attn: this site is passed more than once"));
}

TEST_CASE("stages that do not make the model's forward are told so") {
    struct forgetful : Gpt2Impl<48, 3> {
        using Gpt2Impl<48, 3>::Gpt2Impl;
        at::Tensor embed(const at::Tensor& ids) { return Gpt2Impl<48, 3>::embed(ids).mul(2); }
    };
    const auto m = std::make_shared<forgetful>(model()->config());
    const Grid grid = Grid::of<Q>(m->h[1]->attn->c_attn);
    CHECK(says(message_of<ModelError>([&] { (void)sweep(m, zero_ablation(pairs(1, 1).clean), grid, logit(1)); }),
               "the stages of the model do not give what its forward gives"));
    CHECK(sweep(m, zero_ablation(pairs(1, 1).clean), grid, logit(1), with(Savings::none())).is_complete());
}

TEST_CASE("a metric that writes what it is lent is told so, before it spoils a cell") {
    Model m = model();
    const Pairs p = pairs(1, 1);
    const Metric writing = metric_of([](const at::Tensor& logits) { return logits.sub_(1).sum({1, 2}); }, "mine");
    for (const Savings savings : {Savings{}, Savings::none()})
        CHECK(says(message_of<OwnershipError>([&] {
                       (void)sweep(m, denoising(p.clean, p.corrupted), grids(m)[0].second, writing, with(savings));
                   }),
                   "the metric 'mine' wrote into the tensor it was lent"));
}

TEST_CASE("a model that is not there, and one without layers, do no harm") {
    const Pairs p = pairs(1, 1);
    Model m = model();
    const Grid grid = grids(m)[0].second;
    SweepOptions attributed;
    attributed.attribution = true;
    for (const SweepOptions& options : {SweepOptions{}, with(Savings::none()), attributed}) {
        const auto refused = [&](auto&& none) {
            return says(
                message_of<ModelError>([&] { (void)sweep(none, zero_ablation(p.clean), grid, logit(1), options); }),
                "the model is an empty pointer or holder");
        };
        CHECK(refused(std::shared_ptr<Gpt2Impl<48, 3>>()));
        CHECK(refused(Model(nullptr)));
    }
    Gpt2Config config = m->config();
    config.layers = 0;
    Model none(config);
    const Grid last = Grid::of<Norm>(none->ln_f);
    check_same(sweep(none, denoising(p.clean, p.corrupted), last, next_token_loss()),
               sweep(none, denoising(p.clean, p.corrupted), last, next_token_loss(), with(Savings::none())), 1e-5);
}

TEST_CASE("in inference mode the numbers are the same, also of blocks that write their input") {
    Model m = model();
    const Pairs p = pairs(2, 1);
    const SweepResult outside = sweep(m, denoising(p.clean, p.corrupted), grids(m)[1].second, logit(3));
    const c10::InferenceMode inference;
    struct writing {
        Model gpt2;
        extent layers() const { return gpt2->layers(); }
        at::Tensor embed(const at::Tensor& ids) { return gpt2->embed(ids); }
        at::Tensor block(extent i, const at::Tensor& x) {
            const at::Tensor out = gpt2->block(i, x);
            x.zero_();
            return out;
        }
        at::Tensor head(const at::Tensor& x) { return gpt2->head(x); }
    } own{m};
    CHECK(distance(sweep(m, denoising(p.clean, p.corrupted), grids(m)[1].second, logit(3)).values, outside.values) <
          1e-10);
    CHECK(distance(sweep(own, denoising(p.clean, p.corrupted), grids(m)[1].second, logit(3)).values, outside.values) <
          1e-10);
    CHECK(says(message_of<ValueError>(
                   [&] { (void)attribution_patching(m, zero_ablation(p.clean), grids(m)[1].second, logit(3)); }),
               "inference mode has none"));
}

TEST_CASE("long prompts, many recipes and whole vocabularies stay within the memory as well") {
    Gpt2Config config;
    config.width = 48, config.heads = 3, config.inner = 192, config.layers = 2, config.positions = 128,
    config.vocabulary = 3000;
    Model m(config);
    const at::Tensor clean = at::randint(0, 3000, {3, 128}, at::kLong), corrupted = clean.flip(1);
    const auto c_attn = sites<Qkv>(m, "h.*.attn.c_attn");
    const auto late = ranges::views::iota(0, 40) |
                      ranges::views::transform([](int i) { return on<K>(token(i == 0 ? 0 : 127)).multiply(1 + i); });
    const auto whole =
        ranges::views::iota(0, 60) | ranges::views::transform([](int i) { return on<V>().multiply(1 + i); });
    const std::vector<std::pair<Grid, Metric>> cases{
        {Grid::of<K>(c_attn), logit(1)},
        {Grid::of<Q>(c_attn).at(tokens(100, 128)), kl_divergence().at(tokens(0, to_end))},
        {Grid::of_recipes(c_attn, late), loss(3)},
        {Grid::of_recipes(c_attn, whole), logit(3)}};
    for (const auto& [grid, metric] : cases)
        for (const std::size_t megabytes : {40u, 80u}) {
            CAPTURE(metric.name);
            CAPTURE(megabytes);
            SweepOptions options;
            options.memory = megabytes << 20;
            const suture::detail::peak_memory peak;
            try {
                (void)sweep(m, denoising(clean, corrupted), grid, metric, options);
            } catch (const MemoryError&) {}
            CHECK(peak.bytes() <= static_cast<std::int64_t>(options.memory));
        }
    SweepOptions boundless;
    boundless.memory = std::numeric_limits<std::size_t>::max();
    CHECK(sweep(m, denoising(clean, corrupted), cases[2].first, logit(1), boundless).is_complete());
    boundless.batch = 0;
    CHECK(says(message_of<ValueError>(
                   [&] { (void)sweep(m, denoising(clean, corrupted), cases[2].first, logit(1), boundless); }),
               "let 1 cell run at a time, or more"));
}

TEST_CASE("attention scores, which pass in whole runs only, cannot be swept token by token") {
    Model m = model();
    const Pairs p = pairs(1, 2);
    const Grid scores = Grid::of<Resid>(SiteRef<Whole<Resid<6>>>(m->h[0]->attn->scores));
    CHECK(says(message_of<ShapeError>([&] { (void)sweep(m, denoising(p.clean, p.corrupted), scores, logit(1)); }),
               "give sites where each token has its own channels"));
}
