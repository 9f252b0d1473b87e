#include "suture/sweep/detail/checks.hpp"

#include <suture/edit/on.hpp>
#include <suture/sweep/path_patching.hpp>
#include <suture/sweep/sweep.hpp>

#include "doctest.hpp"
#include "message.hpp"
#include "sweep/fixture.hpp"

#include <ATen/ATen.h>
#include <torch/nn/functional/instancenorm.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/instancenorm.h>
#include <torch/nn/modules/linear.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
/// A row of logits for each position, through a site; what `spoil` makes of them. No token sees another one.
struct Toy {
    HookPoint<Resid<4>> site{"h.0.resid"}, later{"h.1.resid"};
    std::function<at::Tensor(const at::Tensor&)> spoil = [](const at::Tensor& x) { return x; };
    at::Tensor forward(const at::Tensor& ids) {
        const at::Tensor x = at::one_hot(ids, 4).to(at::kFloat).cumsum(1);
        return later(spoil(site(x)));
    }
    Grid grid() const { return Grid::of<Resid>(std::vector{SiteRef<Resid<4>>(site), SiteRef<Resid<4>>(later)}); }
};
const double not_a_number = std::numeric_limits<double>::quiet_NaN();
at::Tensor ids(std::initializer_list<Index> numbers) { return at::tensor(at::ArrayRef<Index>(numbers), at::kLong); }
const at::Tensor clean = at::stack({ids({0, 1, 2}), ids({1, 1, 3})}),
                 corrupted = at::stack({ids({0, 3, 2}), ids({1, 0, 3})});

/// What every kind of sweep says: patching, path patching and attribution.
template <class Kind, class Model, class... More>
void every_sweep_says(Model& model, const Patching& patching, const Grid& grid, const Metric& metric,
                      const More&... words) {
    SweepOptions plain;
    plain.optimisations = Optimisations::none();
    CHECK(says(message_of<Kind>([&] { sweep(model, patching, grid, metric); }), words...));
    CHECK(says(message_of<Kind>([&] { sweep(model, patching, grid, metric, plain); }), words...));
    CHECK(says(message_of<Kind>([&] { path_patching(model, patching, grid, Paths::avoiding(), metric); }), words...));
    CHECK(says(message_of<Kind>([&] { attribution_patching(model, patching, grid, metric); }), words...));
}
}  // namespace

TEST_CASE("a corrupted prompt that is the clean one is refused, and named") {
    using Make = Patching (*)(const at::Tensor&, const at::Tensor&);
    for (const Make make : {static_cast<Make>(&denoising), static_cast<Make>(&noising)}) {
        CHECK(message_of<ValueError>([&] { make(clean, clean); }) ==
              "the clean and the corrupted prompt 0 are the same, so that patching changes nothing: give prompts that "
              "differ");
        CHECK(says(message_of<ValueError>([&] { make(clean, at::stack({corrupted[0], clean[1]})); }), "prompt 1 are"));
    }
    CHECK_NOTHROW(mean_ablation(clean, clean));
}

TEST_CASE("a metric that is the same in both runs is refused, and the prompt is named") {
    Toy model;
    // Position 0 comes before the tokens that differ.
    every_sweep_says<ValueError>(model, denoising(clean, corrupted), model.grid(), logit(1).at(token(0)),
                                 "the metric 'logit' is 0.000000 in both the clean and the corrupted run of prompt 0",
                                 "choose prompts, answers or positions");
    every_sweep_says<ValueError>(model, noising(clean.narrow(0, 1, 1), corrupted.narrow(0, 1, 1)), model.grid(),
                                 logit(1).at(token(0)), "is 1.000000 in both");
    // Prompt 1 alone has no range.
    every_sweep_says<ValueError>(model, denoising(clean, corrupted), model.grid(), logit(3),
                                 "run of prompt 1, so no patch");
    CHECK_NOTHROW(sweep(model, denoising(clean, corrupted), model.grid(), logit_difference(1, 3)));
    CHECK_NOTHROW(sweep(model, zero_ablation(clean), model.grid(), logit(1).at(token(0))));
}

TEST_CASE("NaN in what runs without a patch is refused: at a site, in the logits, in the metric") {
    Toy model;
    const Grid early = Grid::of<Resid>(std::vector{SiteRef<Resid<4>>(model.site)});
    const auto spoiled_at = [](Index prompt, Index position) {
        return [=](const at::Tensor& x) {
            const at::Tensor copy = x.clone();
            if (copy.size(0) > prompt) copy[prompt][position][2] = not_a_number;
            return copy;
        };
    };
    model.spoil = spoiled_at(0, 1);
    every_sweep_says<ValueError>(model, denoising(clean, corrupted), model.grid(), logit(2),
                                 "h.1.resid: the activation float32 [", "has NaN, first at [0, 1, 2]");
    model.spoil = spoiled_at(0, 2);
    for (const Patching& patching : {denoising(clean, corrupted), zero_ablation(clean)}) {
        every_sweep_says<ValueError>(model, patching, early, logit(2), "the metric 'logit' is NaN in the ",
                                     "run of prompt 0");
        // An argmax overlooks NaN.
        every_sweep_says<ValueError>(
            model, patching, early,
            metric_of([](const at::Tensor& l) { return l.nan_to_num(0).select(1, -1).select(-1, 1); }, "blind"),
            "the metric 'blind' is NaN in the ", "run of prompt 0");
    }
    model.spoil = [](const at::Tensor& x) { return x; };
    every_sweep_says<ValueError>(
        model, zero_ablation(clean), early,
        metric_of([](const at::Tensor& l) { return l.select(1, -1).select(-1, 0).log().mul(0); }, "m"),
        "the metric 'm' is NaN in the ");
}

TEST_CASE("a patched run that gives NaN is refused by its cell, and the other cells are in the journal") {
    Toy model;
    model.spoil = [](const at::Tensor& x) {  // NaN if position 1 is 0 throughout
        return x.div(x.narrow(1, 1, 1).sum(-1, true)).add(x);
    };
    const std::filesystem::path path = std::filesystem::temp_directory_path() / "suture_nan_journal.txt";
    std::filesystem::remove(path);
    SweepOptions options;
    options.journal = std::make_shared<SweepJournal>(path);
    const Grid grid = Grid::of<Resid>(std::vector{SiteRef<Resid<4>>(model.site)});
    const std::string message =
        message_of<ValueError>([&] { sweep(model, zero_ablation(clean), grid, logit(1).at(token(1)), options); });
    CHECK(message ==
          "the metric 'logit' is NaN in the patched run of prompt 0, layer 0, position 1: check what the patch puts "
          "in, and "
          "how the model's logits come to be NaN");
    for (const auto& [cell, value] : options.journal->cells()) CHECK_FALSE(std::isnan(value));
    CHECK(options.journal->cells().contains(0));
    // It is found again when the sweep is resumed.
    options.journal = std::make_shared<SweepJournal>(path);
    CHECK(message_of<ValueError>([&] { sweep(model, zero_ablation(clean), grid, logit(1).at(token(1)), options); }) ==
          message);
    std::filesystem::remove(path);
}

namespace {
/// Logits that pass dropout, or batch norm over the positions.
struct TrainedImpl : torch::nn::Module {
    HookPoint<Resid<4>> site{"h.0.resid"};
    torch::nn::Dropout dropout{nullptr};
    torch::nn::BatchNorm1d norm{nullptr};
    bool by_function = false;
    at::Tensor forward(const at::Tensor& ids) {
        at::Tensor x = site(at::one_hot(ids, 4).to(at::kFloat).cumsum(1));
        if (dropout) x = dropout(x);
        if (norm) x = norm(x.transpose(1, 2)).transpose(1, 2);
        return by_function ? at::dropout(x, 0.5, is_training()) : x;
    }
};
TORCH_MODULE(Trained);
}  // namespace

TEST_CASE("dropout and batch norm in training mode are refused, unless they are allowed by name") {
    const auto grid = [](Trained& m) { return Grid::of<Resid>(std::vector{SiteRef<Resid<4>>(m->site)}); };
    const auto allowed = [&](Trained& m) {
        SweepOptions options;
        options.training = TrainingMode::allowed;
        CHECK_NOTHROW(sweep(m, zero_ablation(clean), grid(m), logit(1), options));
        CHECK_NOTHROW(path_patching(m, zero_ablation(clean), grid(m), Paths::avoiding(), logit(1), options));
        CHECK_NOTHROW(attribution_patching(m, zero_ablation(clean), grid(m), logit(1), TrainingMode::allowed));
    };
    Trained with_dropout, with_norm, with_function;
    with_dropout->dropout = with_dropout->register_module("drop", torch::nn::Dropout(0.5));
    with_norm->norm = with_norm->register_module("bn", torch::nn::BatchNorm1d(4));
    with_function->by_function = true;
    every_sweep_says<ModelError>(with_dropout, zero_ablation(clean), grid(with_dropout), logit(1),
                                 "drop, a torch::nn::DropoutImpl, is in training mode", "call eval() on the model",
                                 "TrainingMode::allowed");
    every_sweep_says<ModelError>(with_norm, zero_ablation(clean), grid(with_norm), logit(1),
                                 "bn, a torch::nn::BatchNorm1dImpl, is in training mode");
    every_sweep_says<ModelError>(with_function, zero_ablation(clean), grid(with_function), logit(1),
                                 "the model draws random numbers in a forward pass", "call eval()");
    for (Trained* model : {&with_dropout, &with_norm, &with_function}) {
        allowed(*model);
        (*model)->eval();
        CHECK_NOTHROW(sweep(*model, zero_ablation(clean), grid(*model), logit(1)));
        CHECK_NOTHROW(attribution_patching(*model, zero_ablation(clean), grid(*model), logit(1)));
    }
}

TEST_CASE("modules in training mode that compute what they do in eval mode are swept") {
    const auto sweeps = [](Trained& m) {
        const Grid grid = Grid::of<Resid>(std::vector{SiteRef<Resid<4>>(m->site)});
        CHECK_NOTHROW(sweep(m, zero_ablation(clean), grid, logit(1)));
        CHECK_NOTHROW(path_patching(m, zero_ablation(clean), grid, Paths::avoiding(), logit(1)));
        CHECK_NOTHROW(attribution_patching(m, zero_ablation(clean), grid, logit(1)));
    };
    struct NamedAfterDropoutImpl : torch::nn::Module {};
    Trained without, container, norm;
    without->dropout = without->register_module("drop", torch::nn::Dropout(0.0));
    sweeps(without);
    const auto block = std::make_shared<NamedAfterDropoutImpl>();
    block->register_module("inner", torch::nn::Linear(2, 2));
    container->register_module("block", block);
    sweeps(container);
    norm->register_module("norm", torch::nn::InstanceNorm1d(4));
    sweeps(norm);
}

TEST_CASE("sweeps run in several threads, beside clean passes and random numbers in others") {
    Toy model;
    const auto sweeps = [&] {
        SweepOptions plain;
        plain.optimisations = Optimisations::none();
        sweep(model, denoising(clean, corrupted), model.grid(), logit(1));
        sweep(model, denoising(clean, corrupted), model.grid(), logit(1), plain);
        path_patching(model, denoising(clean, corrupted), model.grid(), Paths::avoiding(), logit(1));
        attribution_patching(model, denoising(clean, corrupted), model.grid(), logit(1));
    };
    const std::vector<std::function<void()>> others{sweeps, [&] { model.forward(clean); }, [] { at::rand({3}); }};
    for (const auto& other : others) {
        std::atomic<bool> ends{false}, has_ended{false};
        std::atomic<int> rounds{0};
        std::string message = "nothing was thrown";
        std::thread thread([&] {
            message = message_of<Error>([&] {
                for (; !ends; ++rounds) other();
            });
            has_ended = true;
        });
        while (rounds == 0 && !has_ended) std::this_thread::yield();
        CHECK(message_of<Error>([&] {
                  for (int i = 0; i < 10; ++i) sweeps();
              }) == "nothing was thrown");
        ends = true;
        thread.join();
        CHECK(message == "nothing was thrown");
    }
}

TEST_CASE("noise for causal tracing leaves the clean run of the same batch bit for bit") {
    Toy model;
    const at::Tensor both = clean.narrow(0, 0, 1).expand({3, 3}), unhooked = model.forward(both);
    HookSet hooks;
    hooks.add(model.site, on<Resid>(batches(1, to_end), tokens(0, 2)).noise(0.5));
    const at::Tensor traced = run_with_hooks(model, hooks, both);
    CHECK(traced[0].equal(unhooked[0]));
    CHECK(traced[1].narrow(0, 2, 1).equal(unhooked[1].narrow(0, 2, 1)));
    for (const Index row : {1, 2})
        CHECK(traced[row].narrow(0, 0, 2).ne(unhooked[row].narrow(0, 0, 2)).all().item<bool>());
}
