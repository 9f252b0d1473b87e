// The recorder of a sweep: what it copies, how often, in which stage, and what it refuses.
#include "suture/sweep/detail/site_recorder.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <torch/csrc/autograd/autograd.h>

#include <vector>

namespace {
using namespace suture;
using suture::detail::activations_of;
using suture::detail::SitePass;
using suture::detail::SiteRecorder;
using suture::detail::SiteRecording;
using suture::detail::SweepSites;
using suture_test::message_of;
using suture_test::says;
using Stream = Resid<4>;

const HookPoint<Stream> first("h.0"), second("h.1");
const SweepSites sites(Grid::of<Resid>(std::vector{site_ref(first), site_ref(second)}));
const std::vector<Index> ids{2, 3};
}  // namespace

TEST_CASE("in stages, each pass is counted with its stage and with whether it came after the attention") {
    SiteRecorder recorder(sites, ids, SiteRecording::in_stages);
    suture::detail::WholeRuns positions(2, 3, at::kCPU);
    const at::Tensor a = at::randn({2, 3, 4}), b = at::randn({6, 4});
    const auto scope = recorder.activate();
    recorder.enter(0, &positions);
    (void)first(a);
    CHECK_FALSE(recorder.has_seen_all());
    (void)positions.attend(at::ones({6, 1, 1}), at::ones({6, 1, 1}), at::ones({6, 1, 1}), 1);
    (void)second(b);
    recorder.enter(5);
    (void)first(a.add(1));
    CHECK(recorder.has_seen_all());
    const std::vector<SitePass> passes = recorder.take();
    CHECK(passes[0].times == 2);
    CHECK(passes[0].stage == 5);
    CHECK(passes[0].activation.equal(a.add(1)));
    CHECK_FALSE(passes[0].after_attention);
    CHECK(passes[1].times == 1);
    CHECK(passes[1].stage == 0);
    CHECK(passes[1].after_attention);
    CHECK(passes[1].activation.equal(b.view({2, 3, 4})));
}

TEST_CASE("a recorded activation is a copy outside the graph") {
    SiteRecorder recorder(sites, ids, SiteRecording::once);
    const at::Tensor a = at::randn({2, 3, 4}).requires_grad_();
    Scope scope = recorder.activate();
    (void)first(a), (void)second(a.mul(2));
    scope.end();
    const std::vector<at::Tensor> all = activations_of(recorder.take());
    CHECK(all[0].equal(a));
    CHECK_FALSE(all[1].requires_grad());
    CHECK(all[0].data_ptr() != a.data_ptr());
}

TEST_CASE("a site that must be passed once may not be passed twice, never, or with another shape") {
    const at::Tensor a = at::ones({2, 3, 4});
    SiteRecorder twice(sites, ids, SiteRecording::once), never(sites, ids, SiteRecording::once);
    {
        const auto scope = twice.activate();
        (void)first(a);
        (void)second(a);
        CHECK(says(message_of<HookError>([&] { (void)first(a); }), "h.0: this site is passed more than once"));
        CHECK(says(message_of<ShapeError>([&] { (void)first(at::ones({2, 3, 4, 1})); }), "h.0"));
    }
    Scope scope = never.activate();
    (void)first(a);
    CHECK(says(message_of<HookError>([&] { scope.end(); }), "h.1"));
}

TEST_CASE("an activation recorded in the graph has a gradient, whether the graph began before it or begins there") {
    for (const bool begins_before : {true, false}) {
        SiteRecorder recorder(sites, ids, SiteRecording::in_graph);
        const at::Tensor x = at::randn({2, 3, 4}).requires_grad_(begins_before);
        Scope scope = recorder.activate();
        const at::Tensor sum = second(first(x).mul(3)).mul(2).sum();
        scope.end();
        const std::vector<at::Tensor> seen = activations_of(recorder.take());
        const auto found = torch::autograd::grad({sum}, seen);
        CHECK(found[0].equal(at::ones({2, 3, 4}).mul(6)));
        CHECK(found[1].equal(at::ones({2, 3, 4}).mul(2)));
    }
}
