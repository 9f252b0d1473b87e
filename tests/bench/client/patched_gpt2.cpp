// A program of the length that users write: GPT-2, a recorder, an edit, and the logits before and after it.
#include <suture/gpt2/load.hpp>
#include <suture/suture.hpp>

#include <iostream>

using namespace suture;

using Qkv = Fused<192, Q<64, 4>, K<64, 4>, V<64, 4>>;

int main() {
    const at::NoGradGuard no_gradients;
    Gpt2Config config;
    config.width = 64, config.heads = 4, config.inner = 256, config.layers = 2, config.positions = 16;
    config.vocabulary = 100;
    Decoder model(config);
    const at::Tensor ids = at::arange(8, at::kLong).unsqueeze(0);

    const auto c_attn = sites<Qkv>(model, "h.*.attn.c_attn");
    Latest<Qkv> latest;
    HookSet hooks;
    hooks.add(c_attn, latest);
    const at::Tensor clean = run_with_hooks(model, hooks, ids);
    hooks.add(c_attn[1], on<Q>(token(-1), head<2>).zero());
    const at::Tensor edited = run_with_hooks(model, hooks, ids);
    std::cout << latest.size() << " layers recorded, " << clean.ne(edited).any().item<bool>() << "\n";
}
