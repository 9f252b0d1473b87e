// The passes of a sweep. Law: whole ones and reruns give the same logits.
#include "suture/sweep/detail/passes.hpp"

#include "suture/edit/on.hpp"

#include "doctest.hpp"
#include "sweep/fixture.hpp"

#include <ATen/ops/arange.h>

#include <cstddef>
#include <vector>

namespace {
using namespace sweeping;
using namespace suture::detail;

/// A model that counts its passes, and the reruns of it.
struct Counting {
    Model model = sweeping::model();
    int whole = 0, rerun_passes = 0, hook_passes = 0;
    std::vector<SiteRef<AnyLayout>> expected;
    at::Tensor forward(const at::Tensor& ids) {
        ++whole;
        return model->forward(ids);
    }
    struct Rerun {
        Counting* of;
        at::Tensor operator()(const at::Tensor& ids) {
            ++of->rerun_passes;
            return of->model->forward(ids);
        }
        void run_hooks(const at::Tensor&) { ++of->hook_passes; }
        void expect(const std::vector<SiteRef<AnyLayout>>& sites) { of->expected = sites; }
        static bool saves_work() { return true; }
    };
    Rerun rerun() { return {this}; }
};
static_assert(RerunModel<Counting>);
static_assert(!RerunModel<Model>);

struct fixture {
    Counting model;
    Grid grid = Grid::of<Resid>(sites<Resid<48>>(model.model, "h.*.resid_pre"));
    SweepSites sites_of_grid{grid};
    at::Tensor ids = pairs(3, 0).clean;
    HookSet hooks;
    at::NoGradGuard no_gradients;
    fixture() {
        hooks.add(sites_of_grid.sites().front(), [](const at::Tensor& t) { return t * 0.5; });
    }
};
}  // namespace

TEST_CASE_FIXTURE(fixture, "whole passes run the model with the hooks") {
    WholePasses<Counting> passes(model);
    passes.begin(ids);
    const at::Tensor logits = passes.run(hooks, ids, at::arange(3));
    CHECK(model.whole == 1);
    const auto scope = hooks.activate();
    CHECK(logits.equal(model.model->forward(ids)));
    CHECK(passes.method() == SweepMethod::forward_passes);
}

TEST_CASE_FIXTURE(fixture, "a model that can be run again is, with all prompts; of some prompts a whole pass runs") {
    RerunPasses<Counting> passes(model, sites_of_grid);
    CHECK(model.expected.size() == static_cast<std::size_t>(layers));
    passes.begin(ids);
    CHECK(model.hook_passes == 1);
    const at::Tensor all = passes.run(hooks, ids, at::arange(3));
    CHECK(model.rerun_passes == 1);
    CHECK(model.whole == 0);
    const at::Tensor some = passes.run(hooks, ids.narrow(0, 1, 1), at::tensor({1}, at::kLong));
    CHECK(model.whole == 1);
    CHECK(distance(some, all.narrow(0, 1, 1)) < 1e-12);
    CHECK(passes.method() == SweepMethod::reruns);
}

TEST_CASE_FIXTURE(fixture, "both record what passes the sites") {
    WholePasses<Counting> whole(model);
    RerunPasses<Counting> again(model, sites_of_grid);
    const ForwardRun a = whole.record(ids, sites_of_grid), b = again.record(ids, sites_of_grid);
    CHECK(a.logits.equal(b.logits));
    CHECK(a.sites.size() == static_cast<std::size_t>(layers));
    for (std::size_t i = 0; i < a.sites.size(); ++i) CHECK(a.sites[i].equal(b.sites[i]));
}
