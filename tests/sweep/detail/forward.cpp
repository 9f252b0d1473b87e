// Forward passes of every kind of model, and what passes its sites in them.
#include "suture/sweep/detail/forward.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "sweep/fixture.hpp"

#include <memory>

namespace {
using namespace sweeping;
using suture::detail::forward_of;
using suture::detail::ForwardRun;
using suture::detail::has_forward;
using suture::detail::record_forward;
using suture::detail::SweepSites;
using suture_test::message_of;
using suture_test::says;

/// The stages of a model without its forward.
struct Stages {
    Model gpt2;
    Index layers() const { return gpt2->layers(); }
    at::Tensor embed(const at::Tensor& ids) { return gpt2->embed(ids); }
    at::Tensor block(Index i, const at::Tensor& x) { return gpt2->block(i, x); }
    at::Tensor unembed(const at::Tensor& x) { return gpt2->unembed(x); }
};
static_assert(has_forward<Model> && has_forward<DecoderImpl> && !has_forward<Stages> && !has_forward<const Model>);
}  // namespace

TEST_CASE("holders, modules, pointers, functions and stages give the same logits") {
    const at::NoGradGuard no_gradients;
    Model m = model();
    const at::Tensor ids = pairs(2, 1).clean, logits = m->forward(ids);
    auto pointer = m.ptr();
    const auto function = [&](const at::Tensor& in) { return m->forward(in); };
    Stages stages{m};
    CHECK(forward_of(m, ids).equal(logits));
    CHECK(forward_of(*m, ids).equal(logits));
    CHECK(forward_of(pointer, ids).equal(logits));
    CHECK(forward_of(function, ids).equal(logits));
    CHECK(distance(forward_of(stages, ids), logits) < 1e-12);
}

TEST_CASE("logits of another shape are refused") {
    const at::Tensor ids = pairs(2, 1).clean;
    for (const at::Tensor& given : {at::zeros({2, 5, 3}), at::zeros({1, 6, 3}), at::zeros({2, 6})}) {
        const auto wrong = [&](const at::Tensor&) { return given; };
        CHECK(says(message_of<ShapeError>([&] { (void)forward_of(wrong, ids); }), "for token ids [2, 6]",
                   "a sweep needs [prompts, positions, vocabulary]"));
    }
}

TEST_CASE("a recorded pass has the logits, and what passed each site of the grid") {
    const at::NoGradGuard no_gradients;
    Model m = model();
    const at::Tensor ids = pairs(2, 1).clean;
    const SweepSites sites(grids(m)[9].second);
    const ForwardRun run = record_forward(m, ids, sites);
    CHECK(run.logits.equal(m->forward(ids)));
    REQUIRE(run.sites.size() == sites.size());
    for (const at::Tensor& t : run.sites) CHECK(t.sizes().vec() == std::vector<Index>{2, length, 48});
    Model other = model();
    CHECK(says(message_of<HookError>([&] { (void)record_forward(other, ids, sites); }), "h.0.attn.c_proj"));
}
