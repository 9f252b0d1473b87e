#include <suture/hook/hooked.hpp>
#include <suture/suture.hpp>

#include <torch/nn/modules/linear.h>

#include <iostream>

using namespace suture;

// GPT-2 small's fused projection emits [Q | K | V]; the compiler checks that the widths sum to 2304.
using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

int main() {
    // An edit is a place and an operation on it. Edits compose into a recipe, which is a value.
    constexpr auto recipe = on<Q>(token(4), dims<0, 10>).set(0.0)  // token 4's query, first ten channels
                            | on<V>(head<3>).multiply(0.5);        // head 3's value, at every token
    std::cout << recipe << "\n";

    // Piped into a borrowed tensor, it edits a clone. The source is never written.
    const at::Tensor activation = at::randn({1, 5, 2304});
    const at::Tensor edited = borrow<Qkv>(activation) | recipe;
    std::cout << activation.ne(edited).sum().item<int>() << " values differ\n";

    // A place reads as well: head 3's query at token 4, as a tensor of your own.
    const at::Tensor query = borrow<Qkv>(activation)[on<Q>(token(4), head(3))].clone();

    // split gives the parts, read-only. A clone of one can be written, at a place, and cat joins them again.
    const auto [q, k, v] = split(borrow<Qkv>(activation));
    Owned<Q<768, 12>> mine = q.clone();
    mine[on<Q>(token(4))] = 0;
    const at::Tensor whole = cat<Qkv>(mine, k, v);
    std::cout << activation.ne(whole).sum().item<int>() << " values differ\n";

    // In a model, the same recipe is a forward hook. It acts only in runs that are given its set of hooks.
    Hooked<torch::nn::Linear, Qkv> c_attn(768, 2304);
    const at::Tensor x = at::randn({1, 5, 768}), clean = c_attn(x);
    HookSet hooks;
    hooks.add(c_attn, recipe);
    std::cout << clean.ne(run_with_hooks(c_attn, hooks, x)).sum().item<int>() << " values differ\n";
    std::cout << clean.ne(c_attn(x)).sum().item<int>() << " values differ\n";
}
