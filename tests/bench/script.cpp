// What hooks cost a TorchScript model: a block of GPT-2 small's size as a plain module, as a Script without a scope,
// and with a hook at its c_attn that looks or that edits. The scope instruments all of its 16 sites.
#include "suture/script/script.hpp"
#include "suture/core/catalogue.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/hook_set.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>

namespace {
using namespace suture;
using torch::jit::Module;

constexpr Index width = 768;
using Qkv = Gpt2Qkv<width, 12>;

Module linear(Index in, Index out) {
    Module made("__torch__.Linear");
    made.register_parameter("weight", at::randn({out, in}) * 0.02, false);
    made.register_parameter("bias", at::zeros({out}), false);
    made.define("def forward(self, x):\n  return torch.linear(x, self.weight, self.bias)\n");
    return made;
}
Module norm() {
    Module made("__torch__.LayerNorm");
    made.register_parameter("weight", at::randn({width}), false);
    made.register_parameter("bias", at::zeros({width}), false);
    made.define("def forward(self, x):\n  return torch.layer_norm(x, [768], self.weight, self.bias, 1e-5, False)\n");
    return made;
}
Module attention() {
    Module made("__torch__.Attention");
    made.register_module("c_attn", linear(width, 3 * width));
    made.register_module("c_proj", linear(width, width));
    made.define(R"(
def forward(self, x):
  b, t = x.size(0), x.size(1)
  q, k, v = torch.split(self.c_attn.forward(x), 768, -1)
  q = q.view([b, t, 12, 64]).transpose(1, 2)
  k = k.view([b, t, 12, 64]).transpose(1, 2)
  v = v.view([b, t, 12, 64]).transpose(1, 2)
  w = torch.softmax(torch.matmul(q, k.transpose(-2, -1)) / 8.0, -1)
  return self.c_proj.forward(torch.matmul(w, v).transpose(1, 2).reshape([b, t, 768]))
)");
    return made;
}
Module block() {
    Module made("__torch__.Block");
    made.register_module("ln_1", norm());
    made.register_module("attn", attention());
    made.register_module("ln_2", norm());
    made.register_module("c_fc", linear(width, 4 * width));
    made.register_module("c_proj", linear(4 * width, width));
    made.define(R"(
def forward(self, x):
  x = x + self.attn.forward(self.ln_1.forward(x))
  return x + self.c_proj.forward(torch.gelu(self.c_fc.forward(self.ln_2.forward(x))))
)");
    return made;
}

at::Tensor input() {
    at::set_num_threads(1);
    return at::randn({1, 16, width});
}

void module(benchmark::State& state) {
    const at::NoGradGuard no_gradients;
    Module model = block();
    const at::Tensor x = input();
    for (auto _ : state) benchmark::DoNotOptimize(model.forward({x}));
}
void none(benchmark::State& state) {
    const at::NoGradGuard no_gradients;
    const Script model(block());
    const at::Tensor x = input();
    for (auto _ : state) benchmark::DoNotOptimize(model.forward(x));
}
template <class Hook>
void active(benchmark::State& state, Hook hook) {
    const at::NoGradGuard no_gradients;
    const Script model(block());
    const at::Tensor x = input();
    HookSet hooks;
    hooks.add(site<Qkv>(model, "attn.c_attn"), std::move(hook));
    const auto scope = hooks.activate();
    for (auto _ : state) benchmark::DoNotOptimize(model.forward(x));
}
void observe(benchmark::State& state) {
    active(state, [](const View<Qkv>& seen) { benchmark::DoNotOptimize(seen.numel()); });
}
void edit(benchmark::State& state) { active(state, on<Q>(token(4), dims<0, 10>).set(0.0)); }

BENCHMARK(module)->Name("script/module");
BENCHMARK(none)->Name("script/none");
BENCHMARK(observe)->Name("script/observe");
BENCHMARK(edit)->Name("script/edit");
}  // namespace
