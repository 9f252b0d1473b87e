#include "suture/model/causal_positions.hpp"

#include "suture/model/staged_model.hpp"
#include "suture/sweep/detail/segments.hpp"
#include "suture/sweep/sweep.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "model/rotary_model.hpp"

#include <ATen/ops/randint.h>
#include <ATen/ops/silu.h>

#include <array>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

namespace {
using namespace suture;
using suture::detail::RunSegments;
using suture::detail::Segments;
using suture::detail::WholeRuns;
using suture_test::message_of;
using suture_test::says;

static_assert(StagedModel<rotary::ModelImpl> && StagedModel<std::shared_ptr<rotary::ModelImpl>> &&
              StagedModel<rotary::whole_blocks>);
static_assert(suture::detail::computes_positions<rotary::ModelImpl> &&
              !suture::detail::computes_positions<rotary::whole_blocks>);

double distance(const at::Tensor& a, const at::Tensor& b) { return a.sub(b).abs().max().item<double>(); }

at::Tensor prompts(Index count) {
    torch::manual_seed(11);
    return at::randint(0, rotary::ids, {count, 7}, at::kLong);
}
}  // namespace

TEST_CASE("a block gives all positions of a run what it gives the whole run") {
    rotary::ModelImpl model;
    at::Tensor x = model.embed(prompts(3));
    for (Index layer = 0; layer < rotary::depth; ++layer) {
        WholeRuns rows(3, 7, at::kCPU);
        const at::Tensor by_position = model.block(layer, x.flatten(0, 1), rows);
        x = model.block(layer, x);
        CHECK(distance(by_position, x.flatten(0, 1)) < 1e-12);
        CHECK(rows.keys().sizes().vec() == std::vector<Index>{3, 7, rotary::key_heads, rotary::head_width});
    }
}

TEST_CASE("a block gives any positions of any runs what it gives them in whole runs, and only those that are kept") {
    rotary::ModelImpl model;
    const at::Tensor x = model.embed(prompts(3));
    const at::Tensor whole = model.block(1, x);
    WholeRuns recorded(3, 7, at::kCPU);
    (void)model.block(1, x.flatten(0, 1), recorded);
    const std::vector<std::pair<Segments, Segments>> cases{
        {{{0, 0, 7}}, {{0, 0, 7}}},
        {{{2, 3, 7}}, {{2, 6, 7}}},
        {{{1, 6, 7}, {1, 0, 7}, {0, 2, 3}}, {{1, 6, 7}, {1, 0, 7}, {0, 2, 3}}},
        {{{1, 5, 7}, {0, 1, 4}, {2, 0, 7}, {1, 5, 7}}, {{1, 6, 7}, {0, 1, 3}, {2, 4, 6}, {1, 5, 7}}},
    };
    for (const auto& [rows, kept] : cases) {
        RunSegments some(rows, kept, recorded.keys(), recorded.values());
        const at::Tensor out = model.block(1, suture::detail::recorded_at(x, rows), some);
        CHECK(distance(out, suture::detail::recorded_at(whole, kept)) < 1e-12);
    }
}

TEST_CASE("positions tell where they lie in their prompts") {
    const at::Tensor none = at::zeros({2, 7, 1, 1});
    CHECK(RunSegments({{1, 5, 7}, {0, 2, 3}}, {{1, 5, 7}, {0, 2, 3}}, none, none)
              .indices()
              .equal(at::tensor({5, 6, 2}, at::kLong)));
    CHECK(WholeRuns(2, 3, at::kCPU).indices().equal(at::tensor({0, 1, 2, 0, 1, 2}, at::kLong)));
}

TEST_CASE("queries, keys and values of other shapes are refused in words") {
    WholeRuns positions(2, 3, at::kCPU);
    const at::Tensor q = at::zeros({6, 4, 5}), k = at::zeros({6, 2, 5});
    CHECK(positions.attend(q, k, k, 1).sizes().vec() == std::vector<Index>{6, 4, 5});
    const auto refused = [&](const at::Tensor& a, const at::Tensor& b, const at::Tensor& c) {
        return says(message_of<ShapeError>([&] { (void)positions.attend(a, b, c, 1); }),
                    "for 6 positions: give [positions, heads, head width]");
    };
    CHECK(refused(q.flatten(1), k, k));
    CHECK(refused(q, at::zeros({6, 3, 5}), at::zeros({6, 3, 5})));
    CHECK(refused(q, k, at::zeros({6, 1, 5})));
    CHECK(refused(at::zeros({5, 4, 5}), k, k));
}

TEST_CASE(
    "a model of one's own is swept by position, by whole prompts, and by its forward alone, with the same numbers") {
    const auto model = std::make_shared<rotary::ModelImpl>();
    rotary::whole_blocks whole{model};
    const auto forward = [&](const at::Tensor& ids) {
        at::Tensor x = model->embed(ids);
        for (Index i = 0; i < rotary::depth; ++i) x = model->block(i, x);
        return model->unembed(x);
    };
    const at::Tensor clean = prompts(2);
    at::Tensor corrupted = clean.clone();
    corrupted.narrow(1, 2, 5).add_(4).remainder_(rotary::ids);
    const Patching patching = denoising(clean, corrupted);
    using LQ = LlamaQ<rotary::heads, rotary::head_width>;
    using LK = LlamaK<rotary::key_heads, rotary::head_width>;
    for (const Grid& grid :
         {Grid::of<Q>(sites<LQ>(model, "*.q")).by_head(), Grid::of<K>(sites<LK>(model, "*.k")).by_head(),
          Grid::of<Resid>(sites<Resid<rotary::width>>(model, "*.resid_pre")),
          Grid::of<MlpOut>(sites<MlpOut<rotary::width>>(model, "*.mlp_out"))}) {
        const SweepResult plain = sweep(forward, patching, grid, kl_divergence());
        const SweepResult by_position = sweep(model, patching, grid, kl_divergence());
        const SweepResult by_prompts = sweep(whole, patching, grid, kl_divergence());
        CHECK(plain.method == SweepMethod::forward_passes);
        CHECK(by_position.method == SweepMethod::stages_by_position);
        CHECK(by_prompts.method == SweepMethod::stages);
        CHECK(distance(by_position.values, plain.values) < 1e-10);
        CHECK(distance(by_prompts.values, plain.values) < 1e-10);
        CHECK(plain.effects().abs().max().item<double>() > 1e-3);
    }
}

TEST_CASE(
    "a parallel block may compute its MLP before or after attention, of all positions or of those that are kept") {
    enum class form { all_after, kept_before, kept_after };
    struct parallel : rotary::ModelImpl {
        form how;
        explicit parallel(form f) : how(f) {}
        at::Tensor mlp(const rotary::BlockImpl& b, const at::Tensor& x) {
            return b.mlp_out(at::silu(rotary::BlockImpl::norm(x).matmul(b.up)).matmul(b.down));
        }
        at::Tensor block(Index i, const at::Tensor& x) {
            auto& b = *blocks[static_cast<std::size_t>(i)];
            return attention(b, b.resid_pre(x)).add(mlp(b, x));
        }
        /// What the serial block gives before its MLP.
        static at::Tensor attention(rotary::BlockImpl& b, const at::Tensor& x) {
            WholeRuns rows(x.size(0), x.size(1), x.device());
            return mixed(b, x.flatten(0, 1), rows).view_as(x).add(x);
        }
        static at::Tensor mixed(rotary::BlockImpl& b, const at::Tensor& x, CausalPositions& positions) {
            const at::Tensor read = rotary::BlockImpl::norm(x), indices = positions.indices();
            const std::array<Index, 2> split{rotary::key_heads, rotary::head_width};
            return positions
                .attend(b.rotated(b.q(read.matmul(b.wq)), indices), b.rotated(b.k(read.matmul(b.wk)), indices),
                        b.v(read.matmul(b.wv)).unflatten(-1, at::IntArrayRef(split)), 1 / std::sqrt(6.0))
                .flatten(-2)
                .matmul(b.wo);
        }
        at::Tensor block(Index i, const at::Tensor& given, CausalPositions& positions) {
            auto& b = *blocks[static_cast<std::size_t>(i)];
            const at::Tensor x = b.resid_pre(given);
            const at::Tensor before = how == form::kept_before ? mlp(b, positions.kept(given)) : at::Tensor();
            const at::Tensor attended = positions.kept(x).add(mixed(b, x, positions));
            if (how == form::kept_before) return attended.add(before);
            return attended.add(how == form::kept_after ? mlp(b, positions.kept(given))
                                                        : positions.kept(mlp(b, given)));
        }
    };
    const at::Tensor clean = prompts(2);
    at::Tensor corrupted = clean.clone();
    corrupted.narrow(1, 1, 6).add_(4).remainder_(rotary::ids);
    for (const form how : {form::all_after, form::kept_before, form::kept_after}) {
        parallel model(how);
        rotary::ModelImpl& base = model;
        const auto mlps = sites<MlpOut<rotary::width>>(base, "*.mlp_out");
        for (const Grid& grid : {Grid::of<MlpOut>(mlps), Grid::of<MlpOut>(mlps).all_positions(),
                                 Grid::of<Resid>(sites<Resid<rotary::width>>(base, "*.resid_pre"))})
            for (const Index batch : {1, 1000}) {
                SweepOptions options, plain;
                options.batch = batch;
                plain.optimisations = Optimisations::none();
                const SweepResult fast = sweep(model, noising(clean, corrupted), grid, logit(2), options);
                const SweepResult slow = sweep(model, noising(clean, corrupted), grid, logit(2), plain);
                CHECK(distance(fast.values, slow.values) < 1e-10);
                CHECK(slow.effects().abs().max().item<double>() > 1e-3);
            }
    }
}

TEST_CASE("a block that never calls attend() is refused") {
    struct forgetful : rotary::ModelImpl {
        at::Tensor block(Index i, const at::Tensor& x) { return rotary::ModelImpl::block(i, x); }
        at::Tensor block(Index, const at::Tensor& x, CausalPositions&) { return x.mul(2); }
    } model;
    const Grid grid =
        Grid::of<MlpOut>(sites<MlpOut<rotary::width>>(static_cast<rotary::ModelImpl&>(model), "*.mlp_out"));
    CHECK(says(message_of<HookError>([&] { (void)sweep(model, zero_ablation(prompts(1)), grid, logit(1)); }),
               "block 0 of the model never called attend()"));
}

TEST_CASE("a block that attends twice, or forgets to select the kept positions, is refused") {
    struct twice : rotary::ModelImpl {
        at::Tensor block(Index i, const at::Tensor& x) { return rotary::ModelImpl::block(i, x); }
        at::Tensor block(Index i, const at::Tensor& x, CausalPositions& positions) {
            return rotary::ModelImpl::block(i, rotary::ModelImpl::block(i, x, positions), positions);
        }
    } twice;
    struct broadcasting : rotary::ModelImpl {
        at::Tensor block(Index i, const at::Tensor& x) { return rotary::ModelImpl::block(i, x); }
        at::Tensor block(Index i, const at::Tensor& x, CausalPositions& positions) {
            return x.add(rotary::ModelImpl::block(i, x, positions));
        }
    } broadcasting;
    const auto refused = [](auto& model, const Grid& grid) {
        return message_of<suture::Error>([&] { (void)sweep(model, zero_ablation(prompts(1)), grid, logit(1)); });
    };
    const auto stream = [](rotary::ModelImpl& model) {
        return Grid::of<Resid>(model.blocks[2]->resid_pre).at(token(2));
    };
    CHECK(refused(twice, stream(twice)).find("a block called attend() twice") != std::string::npos);
    CHECK(refused(broadcasting, stream(broadcasting)).find("block 2 of the model gave [5, 24] for 1 kept positions") !=
          std::string::npos);
}

TEST_CASE("a block that writes its input is refused") {
    struct writing : rotary::whole_blocks {
        at::Tensor block(Index i, const at::Tensor& x) {
            at::Tensor out = rotary::whole_blocks::block(i, x);
            x.add_(1);
            return out;
        }
    } model{{std::make_shared<rotary::ModelImpl>()}};
    const Grid grid = Grid::of<MlpOut>(sites<MlpOut<rotary::width>>(model.model, "*.mlp_out"));
    CHECK(says(message_of<OwnershipError>([&] { (void)sweep(model, zero_ablation(prompts(1)), grid, logit(1)); }),
               "block 0 wrote to the tensor it was lent"));
}
