#include <suture/edit/on.hpp>
#include <suture/gpt2/gpt2.hpp>
#include <suture/hook/hook_set.hpp>
#include <suture/record/run_with_cache.hpp>
#include <suture/sweep/attribution_patching.hpp>
#include <suture/sweep/sweep.hpp>
#include "doctest.hpp"
#include <ATen/ATen.h>
#include <atomic>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>
using namespace suture;
namespace {
using Model = Gpt2<12, 3>;
Model make() {
    at::manual_seed(1);
    Model m(Gpt2Config{.width = 12, .heads = 3, .inner = 48, .layers = 2, .positions = 8, .vocabulary = 11});
    const at::NoGradGuard g;
    for (auto& p : m->parameters()) p.normal_(0, 0.3);
    return m;
}
at::Tensor some() { at::manual_seed(2); return at::randint(0, 11, {2, 5}, at::kLong); }
}
TEST_CASE("A: sweeps in two threads, clean passes in a third, random numbers in a fourth") {
    Model m = make();
    const at::Tensor ids = some(), other = ids.flip(0).contiguous();
    for (int kind = 0; kind < 5; ++kind) {
        std::atomic<bool> stop{false};
        std::string err;
        std::vector<std::thread> noise;
        if (kind == 0) noise.emplace_back([&] { const at::NoGradGuard g; while (!stop) sweep(m, denoising(ids, other), Grid::of<Resid>(sites<Resid<12>>(m, "h.*.resid_pre")), logit(1)); });
        if (kind == 1 || kind == 4) noise.emplace_back([&] { const at::NoGradGuard g; while (!stop) m->forward(ids); });
        if (kind == 2) noise.emplace_back([&] { while (!stop) at::rand({3}); });
        if (kind == 3) noise.emplace_back([&] { while (!stop) attribution_patching(m, denoising(ids, other), Grid::of<Resid>(sites<Resid<12>>(m, "h.*.resid_pre")), logit(1)); });
        try {
            for (int i = 0; i < 15; ++i) {
                if (kind == 4) { (void)run_with_cache(m, sites<Resid<12>>(m, "h.*.resid_pre"), ids); continue; }
                SweepOptions o; if (i % 2) o.optimisations = Optimisations::none();
                sweep(m, denoising(ids, other), Grid::of<Resid>(sites<Resid<12>>(m, "h.*.resid_pre")), logit(1), o);
                attribution_patching(m, denoising(ids, other), Grid::of<Resid>(sites<Resid<12>>(m, "h.*.resid_pre")), logit(1));
            }
        } catch (const std::exception& e) { err = e.what(); }
        stop = true;
        for (auto& t : noise) t.join();
        std::printf("A kind %d: %s\n", kind, err.c_str());
    }
}
TEST_CASE("B: gradients at all sites") {
    Model m = make();
    const at::Tensor ids = some();
    HookSet hooks;
    const char* all[] = {"h.1.ln_1.scale", "h.1.ln_1", "h.1.attn.c_attn.input", "h.1.q_input"};
    for (int mask = 1; mask < 16; ++mask) {
        HookSet hooks;
        std::vector<double> sums(4, -1);
        for (int i = 0; i < 4; ++i) if (mask >> i & 1)
            hooks.add_backward(site(m, all[i]), [&sums, i](const at::Tensor& g) { sums[i] = g.abs().sum().item<double>(); });
        std::string err;
        try {
            const auto scope = hooks.activate();
            m->forward(ids)[1][-1][3].backward();
        } catch (const std::exception& e) { err = e.what(); }
        std::printf("B %d: %g %g %g %g %s\n", mask, sums[0], sums[1], sums[2], sums[3], err.c_str());
    }
}
TEST_CASE("C: edits before and at a site on request") {
    const at::NoGradGuard g;
    Model m = make();
    const at::Tensor ids = some();
    const auto run = [&](bool in, bool res, const char* a, const char* b) {
        HookSet hooks;
        if (in) hooks.add(site(m, a), [](const at::Tensor& x) { return x.mul(2); });
        if (res) hooks.add(site(m, b), [](const at::Tensor& x) { return x.add(0.1); });
        try { const auto scope = hooks.activate(); return m->forward(ids).sum().item<double>(); } catch (const std::exception& e) { std::printf("  %s\n", e.what()); return 0.; }
    };
    std::printf("C c_proj.input+result: %.6f %.6f %.6f %.6f\n", run(0,0,"h.1.attn.c_proj.input","h.1.attn.result"), run(1,0,"h.1.attn.c_proj.input","h.1.attn.result"), run(0,1,"h.1.attn.c_proj.input","h.1.attn.result"), run(1,1,"h.1.attn.c_proj.input","h.1.attn.result"));
    std::printf("C c_attn.input+q_input: %.6f %.6f %.6f %.6f\n", run(0,0,"h.1.attn.c_attn.input","h.1.q_input"), run(1,0,"h.1.attn.c_attn.input","h.1.q_input"), run(0,1,"h.1.attn.c_attn.input","h.1.q_input"), run(1,1,"h.1.attn.c_attn.input","h.1.q_input"));
    std::printf("C ln_1.input+scale: %.6f\n", run(1,1,"h.1.ln_1.input","h.1.ln_1.scale"));
    std::printf("C ln_1.input+q_input: %.6f %.6f %.6f\n", run(1,0,"h.1.ln_1.input","h.1.q_input"), run(0,1,"h.1.ln_1.input","h.1.q_input"), run(1,1,"h.1.ln_1.input","h.1.q_input"));
}
TEST_CASE("D: NaN in the stream with q_input") {
    const at::NoGradGuard g;
    Model m = make();
    HookSet hooks;
    hooks.add(m->h[1]->resid_pre, on<Resid>(token(0)).set(std::numeric_limits<double>::quiet_NaN()));
    hooks.add(m->h[1]->q_input, on<HeadIn>(head(1)).zero());
    try { const auto scope = hooks.activate(); m->forward(some()); std::printf("D ok\n"); } catch (const std::exception& e) { std::printf("D %s\n", e.what()); }
}
TEST_CASE("E: half, bf16") {
    const at::NoGradGuard g;
    for (auto dt : {at::kBFloat16, at::kDouble}) {
        Model m = make(); m->to(dt);
        for (const char* s : {"h.1.q_input", "h.1.attn.result", "h.0.ln_1.scale", "ln_f.normalized", "wte", "wpe"}) {
        HookSet hooks;
        hooks.add(site(m, s), [](const at::Tensor& x) { return x.mul(1.5); });
        try { const auto scope = hooks.activate(); std::printf("E %s %f\n", s, m->forward(some()).to(at::kDouble).sum().item<double>()); } catch (const std::exception& e) { std::printf("E %s\n", e.what()); }
        }
    }
}
