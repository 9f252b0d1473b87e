// What freezes sites in a pass, and what receivers take over.
#include "suture/sweep/detail/path_passes.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_point.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "sweep/fixture.hpp"

#include <ATen/ops/arange.h>

#include <string>
#include <vector>

namespace {
using namespace sweeping;
using namespace suture::detail;
using suture_test::message_of;
using suture_test::says;

struct fixture {
    at::NoGradGuard no_gradients;
    Model m = model();
    Pairs p = pairs(3, 0);
    std::vector<SiteRef<AnyLayout>> mlp = untyped(sites<MlpOut<48>>(m, "h.*.mlp.c_proj"));
    HookSet hooks;
    at::Tensor last_mlp;
    void watch() {
        hooks.add(mlp.back(), [this](const at::Tensor& t) { last_mlp = t.clone(); });
    }
};

/// A model whose site is passed twice, with an axis of prompts that counts twice as many rows.
struct Twice {
    HookPoint<AnyLayout> point;
    int times = 2;
    at::Tensor forward(const at::Tensor& ids) {
        const at::Tensor numbers = ids.to(at::kFloat).unsqueeze(-1);
        at::Tensor sum = at::cat({numbers, numbers});
        for (int i = 0; i < times; ++i) sum = point(sum);
        return sum.narrow(0, 0, ids.size(0)).expand({ids.size(0), ids.size(1), 5});
    }
};
}  // namespace

TEST_CASE_FIXTURE(fixture, "a frozen site passes on what the unpatched run of its own prompt has there") {
    FrozenPasses<Model> passes(m, mlp);
    passes.begin(p.clean);
    at::Tensor clean;
    {
        HookSet looking;
        looking.add(mlp.back(), [&](const at::Tensor& t) { clean = t.clone(); });
        (void)run_with_hooks(m, looking, p.clean);
    }
    watch();
    passes.run(hooks, p.corrupted, at::arange(3));
    CHECK(last_mlp.equal(clean));
    const at::Tensor some = at::tensor({2, 0}, at::kLong);
    passes.run(hooks, p.corrupted.index_select(0, some), some);
    CHECK(last_mlp.equal(clean.index_select(0, some)));
    passes.run_unfrozen(hooks, p.corrupted, at::arange(3));
    CHECK_FALSE(last_mlp.equal(clean));
}

TEST_CASE("a prompt may have several rows at a frozen site") {
    Twice model;
    model.times = 1;
    const SiteRef<AnyLayout> site(site_ref(model.point).site());
    FrozenPasses<Twice> passes(model, {site});
    const at::Tensor ids = at::arange(6).view({3, 2});
    passes.begin(ids);
    at::Tensor seen;
    HookSet hooks;
    hooks.add(site, [&](const at::Tensor& t) { seen = t.clone(); });
    passes.run(hooks, ids, at::arange(3));
    CHECK(seen.size(0) == 6);
}

TEST_CASE("a site that is passed twice can be neither frozen nor a receiver") {
    Twice model;
    const SiteRef<AnyLayout> site(site_ref(model.point).site());
    FrozenPasses<Twice> passes(model, {site});
    CHECK(says(message_of<HookError>([&] {
                   passes.begin(at::arange(6).view({3, 2}));
               }),
               "passed more than once in a forward pass, and cannot be frozen"));
}

TEST_CASE_FIXTURE(fixture, "receivers put in only their own channels and positions") {
    const auto c_attn = sites<Qkv>(m, "h.*.attn.c_attn");
    Receivers receivers(Grid::of(c_attn, on<K>(head(1))).at(tokens(2, 4)), length);
    CHECK(receivers.sites().size() == c_attn.size());
    HookSet noting, putting;
    receivers.note(noting);
    (void)run_with_hooks(m, noting, p.corrupted);
    receivers.put_in(putting, p.clean);
    at::Tensor before, after;
    HookSet looking;
    looking.add(SiteRef<AnyLayout>(c_attn.front().site()), [&](const at::Tensor& t) { before = t.clone(); });
    (void)run_with_hooks(m, looking, p.clean);
    {
        const auto scope = putting.activate();
        HookSet behind;
        behind.add(SiteRef<AnyLayout>(c_attn.front().site()), [&](const at::Tensor& t) { after = t.clone(); });
        (void)run_with_hooks(m, behind, p.clean);
    }
    const at::Tensor changed = before.ne(after).nonzero();
    CHECK(changed.size(0) > 0);
    CHECK(changed.select(1, 1).min().item<Index>() == 2);
    CHECK(changed.select(1, 1).max().item<Index>() == 3);
    CHECK(changed.select(1, 2).min().item<Index>() >= 48 + 16);
    CHECK(changed.select(1, 2).max().item<Index>() < 48 + 32);
}
