// Path patching against runs with hooks written by hand, and against what the residual stream says.
#include "suture/sweep/path_patching.hpp"

#include "suture/exported/exported.hpp"
#include "suture/record/latest.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "sweep/fixture.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace {
using namespace sweeping;
using suture_test::says;

struct fixture {
    at::NoGradGuard no_gradients;
    Model m = model();
    Pairs p = pairs(2, 1);
    std::vector<SiteRef<Z<48, 3>>> z = sites<Z<48, 3>>(m, "h.*.attn.z");
    std::vector<SiteRef<AttnOut<48>>> attentions = sites<AttnOut<48>>(m, "h.*.attn.c_proj");
    std::vector<SiteRef<MlpOut<48>>> mlps = sites<MlpOut<48>>(m, "h.*.mlp.c_proj");
    std::vector<SiteRef<Qkv>> c_attn = sites<Qkv>(m, "h.*.attn.c_attn");

    /// What passes a site in a run under the hooks of this thread.
    at::Tensor seen(const SiteRef<AnyLayout>& site, const at::Tensor& ids) {
        at::Tensor found;
        HookSet hooks;
        hooks.add(site, [&](const at::Tensor& t) { found = t.clone(); });
        const auto scope = hooks.activate();
        (void)m->forward(ids);
        return found;
    }
    static SiteRef<AnyLayout> at(const auto& site) { return SiteRef<AnyLayout>(site_ref(site).site()); }
    at::Tensor last_logit(const at::Tensor& logits) { return logits.select(1, length - 1).select(1, 4); }
};

/// Puts `value` in at the site.
void replace(HookSet& hooks, const SiteRef<AnyLayout>& site, const at::Tensor& value) {
    hooks.add(site, [value](const at::Tensor&) { return value; });
}
}  // namespace

TEST_CASE_FIXTURE(fixture, "with every path open it is activation patching") {
    for (const auto& each : grids(m)) {
        CAPTURE(each.first);
        const Grid& grid = each.second;
        const Patching patching = grid.recipes().empty() ? denoising(p.clean, p.corrupted) : editing(p.clean);
        const SweepResult paths = path_patching(m, patching, grid, Paths::avoiding(), logit(4));
        check_same(paths, sweep(m, patching, grid, logit(4)), 1e-9);
        CHECK(paths.method == SweepMethod::forward_passes);
    }
}

TEST_CASE_FIXTURE(fixture, "with all other attentions and MLPs frozen, only the stream carries a patch to the logits") {
    const SweepResult direct =
        path_patching(m, noising(p.clean, p.corrupted), Grid::of<AttnOut>(attentions).all_positions(),
                      Paths::avoiding(attentions, mlps), logit(4));
    const at::Tensor stream = seen(at(m->blocks[layers - 1]->resid_post), p.clean);
    for (std::size_t layer = 0; layer < attentions.size(); ++layer) {
        const SiteRef<AnyLayout> site = at(attentions[layer]);
        const at::Tensor change = seen(site, p.corrupted) - seen(site, p.clean);
        const at::Tensor logits = m->unembed(stream + change);
        CHECK(distance(direct.values.select(1, static_cast<Index>(layer)), last_logit(logits)) < 1e-9);
    }
    // The last attention reaches the logits through the last MLP as well.
    const SweepResult total =
        sweep(m, noising(p.clean, p.corrupted), Grid::of<AttnOut>(attentions).all_positions(), logit(4));
    CHECK(distance(total.values, direct.values) > 1e-3);
}

TEST_CASE_FIXTURE(fixture, "a head reaches another head's queries by the stream alone, as in two runs by hand") {
    const std::size_t from = 0, to = 2;
    const SweepResult result =
        path_patching(m, noising(p.clean, p.corrupted), Grid::of<Z>(z[from]).by_head().all_positions(),
                      Paths::avoiding(z, mlps).to(Grid::of(c_attn[to], on<Q>(head(1)))), logit(4));
    CHECK(result.axes.size() == 3);  // prompt, layer, head
    const at::Tensor clean_z = seen(at(z[from]), p.clean), corrupted_z = seen(at(z[from]), p.corrupted);
    for (Index h = 0; h < 3; ++h) {
        HookSet first;
        for (std::size_t layer = 0; layer < z.size(); ++layer) {
            at::Tensor frozen = seen(at(z[layer]), p.clean);
            if (layer == from) frozen.narrow(2, 16 * h, 16).copy_(corrupted_z.narrow(2, 16 * h, 16));
            replace(first, at(z[layer]), frozen);
            replace(first, at(mlps[layer]), seen(at(mlps[layer]), p.clean));
        }
        at::Tensor received;
        {
            const auto scope = first.activate();
            received = seen(at(c_attn[to]), p.clean);
        }
        at::Tensor put_in = seen(at(c_attn[to]), p.clean);
        put_in.narrow(2, 16, 16).copy_(received.narrow(2, 16, 16));
        HookSet second;
        replace(second, at(c_attn[to]), put_in);
        CHECK(distance(result.values.select(1, 0).select(1, h), last_logit(run_with_hooks(m, second, p.clean))) < 1e-9);
    }
}

TEST_CASE_FIXTURE(fixture, "receivers may be some positions, and several sites at once") {
    const Grid senders = Grid::of<AttnOut>(attentions.front());
    const auto effect = [&](const Paths& paths) {
        return path_patching(m, noising(p.clean, p.corrupted), senders, paths, logit(4)).effects();
    };
    const Paths streams = Paths::avoiding(attentions, mlps);
    const at::Tensor all = effect(streams.to(Grid::of<Q>(c_attn[1]))),
                     last = effect(streams.to(Grid::of<Q>(c_attn[1]).at(token(-1))));
    // The logits of the last token in the last block but one read other positions' queries; in the last they do not.
    CHECK(distance(all, last) > 1e-6);
    CHECK(distance(effect(streams.to(Grid::of<Q>(c_attn[2]))),
                   effect(streams.to(Grid::of<Q>(c_attn[2]).at(token(-1))))) < 1e-12);
    const at::Tensor both = effect(streams.to(Grid::of<Q, V>(std::vector{c_attn[1], c_attn[2]})));
    CHECK(distance(both, all) > 1e-6);
    // Before the sender nothing arrives.
    CHECK(effect(streams.to(Grid::of<Q>(c_attn[0]))).abs().max().item<double>() < 1e-12);
}

TEST_CASE_FIXTURE(fixture, "prompts that do not run together give the same numbers") {
    const Pairs many = pairs(5, 1);
    const Grid senders = Grid::of<Z>(z).by_head().all_positions();
    const Paths paths = Paths::avoiding(z, mlps).to(Grid::of<V>(c_attn[2]));
    const SweepResult together = path_patching(m, noising(many.clean, many.corrupted), senders, paths, logit(4));
    SweepOptions one_by_one;
    one_by_one.optimisations.batch = false;
    check_same(path_patching(m, noising(many.clean, many.corrupted), senders, paths, logit(4), one_by_one), together,
               1e-9);
}

TEST_CASE("of an exported model only what lies on the paths runs, with the numbers of whole passes") {
    for (const std::string name : {"gpt2", "gpt2_dynamic"}) {
        CAPTURE(name);
        const Exported gpt2 =
            exported::load(std::filesystem::path(SUTURE_SOURCE_DIR) / "tests/exported/data" / (name + ".pt2"));
        const auto whole = [&](const at::Tensor& ids) { return gpt2(ids); };
        const at::Tensor clean = at::tensor({3, 14, 15, 9, 26, 5}, at::kLong).unsqueeze(0),
                         corrupted = at::tensor({3, 14, 7, 9, 26, 5}, at::kLong).unsqueeze(0);
        const auto attention = sites<AttnOut<16>>(gpt2, "transformer.h.*.attn.c_proj");
        const auto mlp = sites<MlpOut<16>>(gpt2, "transformer.h.*.mlp");
        const auto c_attn = sites<Gpt2Qkv<16, 2>>(gpt2, "transformer.h.*.attn.c_attn");
        const Paths direct = Paths::avoiding(attention, mlp);
        for (const Paths& paths : {Paths::avoiding(), direct, direct.to(Grid::of(c_attn[1], on<K>(head(0)))),
                                   Paths::avoiding(mlp[0]).to(Grid::of<Q, V>(c_attn))})
            for (const Grid& senders : {Grid::of<AttnOut>(attention), Grid::of<MlpOut>(mlp).all_positions()}) {
                const SweepResult fast = path_patching(gpt2, noising(clean, corrupted), senders, paths, logit(5));
                const SweepResult slow = path_patching(whole, noising(clean, corrupted), senders, paths, logit(5));
                CHECK(fast.method == SweepMethod::reruns);
                CHECK(slow.method == SweepMethod::forward_passes);
                CHECK(fast.values.equal(slow.values));
            }
    }
}

TEST_CASE_FIXTURE(fixture, "what makes no sense is refused before the model runs") {
    const Grid senders = Grid::of<AttnOut>(attentions);
    const Patching patching = noising(p.clean, p.corrupted);
    const auto refusal = [&](const std::function<void()>& f) -> std::string {
        try {
            f();
        } catch (const Error& e) {
            return e.what();
        }
        return {};
    };
    CHECK(says(refusal([&] { (void)Paths::avoiding(z).to(Grid::of<Q>(c_attn).by_head()); }),
               "leave by_head() and recipes out"));
    CHECK(says(refusal([&] { (void)Paths::avoiding(std::vector<SiteRef<Z<48, 3>>>()); }), "range of sites is empty"));
    CHECK(says(refusal([&] {
                   (void)path_patching(m, patching, senders, Paths::avoiding(c_attn).to(Grid::of<Q>(c_attn[1])),
                                       logit(4));
               }),
               "h.1.attn.c_attn is both avoided and a receiver"));
    SweepOptions estimates;
    estimates.attribution = true;
    CHECK(says(refusal([&] { (void)path_patching(m, patching, senders, Paths::avoiding(z), logit(4), estimates); }),
               "attribution does not tell paths apart"));
    CHECK(says(refusal([&] {
                   (void)path_patching(m, patching, senders, Paths::avoiding().to(Grid::of<Q>(c_attn).at(token(9))),
                                       logit(4));
               }),
               "9"));
}

TEST_CASE_FIXTURE(fixture, "a journal belongs to its paths") {
    const std::filesystem::path file = std::filesystem::temp_directory_path() / "suture-paths.journal";
    std::filesystem::remove(file);
    const Grid senders = Grid::of<AttnOut>(attentions);
    const Patching patching = noising(p.clean, p.corrupted);
    SweepOptions options;
    options.journal = std::make_shared<SweepJournal>(file);
    const Paths paths = Paths::avoiding(z);
    const SweepResult first = path_patching(m, patching, senders, paths, logit(4), options);
    options.journal = std::make_shared<SweepJournal>(file);
    check_same(path_patching(m, patching, senders, paths, logit(4), options), first, 0);
    options.journal = std::make_shared<SweepJournal>(file);
    CHECK_THROWS_AS((void)path_patching(m, patching, senders, Paths::avoiding(z, mlps), logit(4), options), FileError);
    std::filesystem::remove(file);
}

TEST_CASE_FIXTURE(fixture, "a journal belongs to the channels and positions of its receivers") {
    const std::filesystem::path file = std::filesystem::temp_directory_path() / "suture-receivers.journal";
    const Grid senders = Grid::of<AttnOut>(attentions);
    const auto run = [&](const Grid& receivers) {
        SweepOptions options;
        options.journal = std::make_shared<SweepJournal>(file);
        (void)path_patching(m, noising(p.clean, p.corrupted), senders, Paths::avoiding(z).to(receivers), logit(4),
                            options);
    };
    const Grid first = Grid::of<Q>(c_attn[2]).at(token(1));
    for (const Grid& other : {Grid::of<Q>(c_attn[2]), Grid::of<Q>(c_attn[2]).at(token(2)),
                              Grid::of<K>(c_attn[2]).at(token(1)), Grid::of(c_attn[2], on<Q>(head(1))).at(token(1))}) {
        std::filesystem::remove(file);
        run(first);
        run(first);
        CHECK_THROWS_AS(run(other), FileError);
    }
    std::filesystem::remove(file);
}

TEST_CASE("receivers at a site of [prompts * positions, width] are the positions of every prompt") {
    const Exported gpt2 =
        exported::load(std::filesystem::path(SUTURE_SOURCE_DIR) / "tests/exported/data/gpt2_dynamic.pt2");
    at::Tensor clean = at::tensor({3, 14, 15, 9, 26, 5, 3, 1, 2, 9, 20, 7}, at::kLong).view({2, 6}),
               corrupted = clean.clone();
    corrupted.select(1, 2).fill_(7);
    const auto senders = Grid::of<AttnOut>(sites<AttnOut<16>>(gpt2, "transformer.h.*.attn.c_proj"));
    const auto values = [&](const std::string& receiver, const auto& at) {
        const auto c_attn = site<Gpt2Qkv<16, 2>>(gpt2, "transformer.h.1.attn.c_attn" + receiver);
        return path_patching(gpt2, noising(clean, corrupted), senders,
                             Paths::avoiding().to(Grid::of<Q, K, V>(c_attn).at(at)), logit(5))
            .values;
    };
    CHECK(values(":addmm", tokens(2, 6)).equal(values("", tokens(2, 6))));
    CHECK(values(":addmm", token(-1)).equal(values("", token(-1))));
}

TEST_CASE("hooks of the caller count at frozen sites of every model") {
    const Exported gpt2 =
        exported::load(std::filesystem::path(SUTURE_SOURCE_DIR) / "tests/exported/data/gpt2_dynamic.pt2");
    const auto whole = [&](const at::Tensor& ids) { return gpt2(ids); };
    const at::Tensor clean = at::tensor({3, 14, 15, 9, 26, 5}, at::kLong).unsqueeze(0),
                     corrupted = at::tensor({3, 14, 7, 9, 26, 5}, at::kLong).unsqueeze(0);
    const auto attention = sites<AttnOut<16>>(gpt2, "transformer.h.*.attn.c_proj");
    const auto mlp = sites<MlpOut<16>>(gpt2, "transformer.h.*.mlp");
    const auto effects = [&](const auto& model) {
        return path_patching(model, noising(clean, corrupted), Grid::of<AttnOut>(attention), Paths::avoiding(mlp),
                             logit(5))
            .values;
    };
    const at::Tensor without = effects(gpt2);
    HookSet hooks;
    hooks.add(attention.front(), on<AttnOut>(token(1)).multiply(3));
    const auto scope = hooks.activate();
    CHECK(effects(gpt2).equal(effects(whole)));
    CHECK_FALSE(effects(gpt2).equal(without));
}
