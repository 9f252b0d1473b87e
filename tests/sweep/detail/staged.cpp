// Sweeping in stages: when it is possible, what is refused, and how much memory it takes.
#include "suture/sweep/detail/staged.hpp"

#include "suture/sweep/sweep.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "sweep/fixture.hpp"

#include <ATen/ops/randint.h>
#include <c10/core/InferenceMode.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace {
using namespace sweeping;
using suture_test::message_of;
using suture_test::says;
}  // namespace

TEST_CASE("a sweep stays within its memory limit, and holds nothing afterwards") {
    Model m = model();
    const Pairs p = pairs(6, 0);
    for (const Metric& metric : {Metric(logit_difference(3, 4)), kl_divergence(), next_token_loss()})
        for (const std::size_t kilobytes : {400u, 1000u, 4000u, 20000u}) {
            CAPTURE(metric.name);
            CAPTURE(kilobytes);
            SweepOptions options;
            options.memory = kilobytes << 10;
            const suture::detail::PeakMemory peak;
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

TEST_CASE("a sweep in stages refuses active hooks, which a plain one runs") {
    Model m = model();
    const Pairs p = pairs(1, 2);
    const Grid grid = grids(m)[0].second;
    HookSet hooks;
    hooks.add(m->blocks[0]->mlp->down, on<MlpOut>().zero());
    const SweepResult without = sweep(m, denoising(p.clean, p.corrupted), grid, logit(1));
    const auto scope = hooks.activate();
    CHECK(says(message_of<HookError>([&] { (void)sweep(m, denoising(p.clean, p.corrupted), grid, logit(1)); }),
               "hooks are active in this thread"));
    const SweepResult within = sweep(m, denoising(p.clean, p.corrupted), grid, logit(1), with(Optimisations::none()));
    CHECK(distance(within.values, without.values) > 1e-3);
}

TEST_CASE("a site outside the blocks, or one that a staged model passes twice, is swept by forward passes") {
    struct placed {
        Model gpt2 = model();
        HookPoint<Resid<48>> embedding{"embedding"};
        Index layers() const { return gpt2->layers(); }
        at::Tensor embed(const at::Tensor& ids) { return embedding(gpt2->embed(ids)); }
        at::Tensor block(Index i, const at::Tensor& x) { return gpt2->block(i, x); }
        at::Tensor unembed(const at::Tensor& x) { return gpt2->unembed(x); }
        at::Tensor unembed(const at::Tensor& x, const at::Tensor& ids) { return gpt2->unembed(x, ids); }
    } m;
    const Pairs p = pairs(2, 1);
    const Grid grid = Grid::of<Resid>(m.embedding);
    const SweepResult found = sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(7, 4));
    CHECK(found.method == SweepMethod::forward_passes);
    check_same(found,
               sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(7, 4), with(Optimisations::none())),
               1e-12);
    // The embedding is the stream before the first block.
    const Grid stream = Grid::of<Resid>(m.gpt2->blocks[0]->resid_pre);
    CHECK(distance(found.values,
                   sweep(m.gpt2, denoising(p.clean, p.corrupted), stream, logit_difference(7, 4)).values) < 1e-10);

    struct looped : placed {
        at::Tensor block(Index, const at::Tensor& x) { return gpt2->block(0, x); }
    } l;
    for (const Optimisations optimisations : {Optimisations{}, Optimisations::none()})
        CHECK(says(message_of<HookError>([&] {
                       (void)sweep(l, denoising(p.clean, p.corrupted), Grid::of<Q>(l.gpt2->blocks[0]->attn->qkv),
                                   logit(1), with(optimisations));
                   }),
                   "h.0.attn.c_attn: this site is passed more than once"));
}

TEST_CASE("stages that do not make up the model's forward are refused") {
    struct forgetful : DecoderImpl {
        using DecoderImpl::DecoderImpl;
        at::Tensor embed(const at::Tensor& ids) { return DecoderImpl::embed(ids).mul(2); }
    };
    const auto m = std::make_shared<forgetful>(model()->config());
    const Grid grid = Grid::of<Q>(m->blocks[1]->attn->qkv);
    CHECK(says(message_of<ModelError>([&] { (void)sweep(m, zero_ablation(pairs(1, 1).clean), grid, logit(1)); }),
               "the stages of the model do not give what its forward gives"));
    CHECK(sweep(m, zero_ablation(pairs(1, 1).clean), grid, logit(1), with(Optimisations::none())).is_complete());
}

TEST_CASE("an empty holder and a model without layers do no harm") {
    const Pairs p = pairs(1, 1);
    Model m = model();
    const Grid grid = grids(m)[0].second;
    SweepOptions attributed;
    attributed.attribution = true;
    for (const SweepOptions& options : {SweepOptions{}, with(Optimisations::none()), attributed}) {
        const auto refused = [&](auto&& none) {
            return says(
                message_of<ModelError>([&] { (void)sweep(none, zero_ablation(p.clean), grid, logit(1), options); }),
                "the model is an empty pointer or holder");
        };
        CHECK(refused(std::shared_ptr<DecoderImpl>()));
        CHECK(refused(Model(nullptr)));
    }
    Gpt2Config config = gpt2::config_of(m->config());
    config.layers = 0;
    Model none(config);
    const Grid last = Grid::of<Norm>(none->final_norm);
    check_same(sweep(none, denoising(p.clean, p.corrupted), last, next_token_loss()),
               sweep(none, denoising(p.clean, p.corrupted), last, next_token_loss(), with(Optimisations::none())),
               1e-5);
}

TEST_CASE("inference mode changes no number, even if blocks write their input") {
    Model m = model();
    const Pairs p = pairs(2, 1);
    const SweepResult outside = sweep(m, denoising(p.clean, p.corrupted), grids(m)[1].second, logit(3));
    const c10::InferenceMode inference;
    struct writing {
        Model gpt2;
        Index layers() const { return gpt2->layers(); }
        at::Tensor embed(const at::Tensor& ids) { return gpt2->embed(ids); }
        at::Tensor block(Index i, const at::Tensor& x) {
            const at::Tensor out = gpt2->block(i, x);
            x.zero_();
            return out;
        }
        at::Tensor unembed(const at::Tensor& x) { return gpt2->unembed(x); }
    } own{m};
    CHECK(distance(sweep(m, denoising(p.clean, p.corrupted), grids(m)[1].second, logit(3)).values, outside.values) <
          1e-10);
    CHECK(distance(sweep(own, denoising(p.clean, p.corrupted), grids(m)[1].second, logit(3)).values, outside.values) <
          1e-10);
    CHECK(says(message_of<ValueError>(
                   [&] { (void)attribution_patching(m, zero_ablation(p.clean), grids(m)[1].second, logit(3)); }),
               "inference mode has none"));
}

TEST_CASE("long prompts, many recipes and whole vocabularies also stay within the memory limit") {
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
    for (const auto& [grid, read] : cases)
        for (const std::size_t megabytes : {40u, 80u}) {
            const Metric& metric = read;  // clang 14 cannot capture a structured binding
            CAPTURE(metric.name);
            CAPTURE(megabytes);
            SweepOptions options;
            options.memory = megabytes << 20;
            const suture::detail::PeakMemory peak;
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
               "let at least 1 cell run"));
}
