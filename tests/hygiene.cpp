// A user's file, compiled with more warnings than ours, with every public header, and with the using-directives that
// people write together. It is compiled and linked, not run: its build is the test.
#include <suture/suture.hpp>

#include <suture/exported/exported.hpp>
#include <suture/generate/generate.hpp>
#include <suture/gpt2/load.hpp>
#include <suture/gpt2/save.hpp>
#include <suture/pictures/pictures.hpp>
#include <suture/pretrained/load.hpp>
#include <suture/record/spill.hpp>
#include <suture/script/script.hpp>
#include <suture/sweep/files.hpp>
#include <suture/tokenizer/tokenizer.hpp>

#include <torch/torch.h>

#include <algorithm>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#if defined(SUTURE_REJECTED) || defined(SUTURE_FAULTS) || !defined(SUTURE_VERSION_MAJOR)
#error "the version is the only macro that suture leaves in a user's file"
#endif

using namespace std;
using namespace torch;
using namespace suture;

namespace mine {
// Names that everybody has.
constexpr int K = 5, V = 50257, Q = 3;
double trace(double x) { return x; }
int extent = 1, mask = 2, run = 3, text = 4, axis = 5, update = 6, offset = 7, head = 8;
int total() {
    return K + V + Q + extent + mask + run + text + axis + update + offset + head + static_cast<int>(trace(1));
}
}  // namespace mine

// At global scope, beside the using-directives.
enum Flags { none = 0, first = 1 };
static_assert((first | 0) == 1 && (first & 0UL) == 0 && (none + 0) == none && first >> 0 == 1);
const int layer = 1, position = 2, neuron = 3, dim = 4, dimension = 5, extent_of_mine = 6, cell = 7;

using Qkv = Fused<24, Q<8, 2>, K<8, 2>, V<8, 2>>;

int use_suture() {
    Hooked<torch::nn::Linear, Qkv> c_attn(8, 24);
    const Tensor x = at::randn({1, 5, 8}), clean = c_attn(x);
    constexpr auto recipe = on<Q>(token(4), dims<0, 2>).set(0.0) | on<V>(head<1>).multiply(0.5);
    const Tensor edited = borrow<Qkv>(clean) | recipe;
    const auto [q, k, v] = split(borrow<Qkv>(clean));
    Owned<Q<8, 2>> own = q.clone();
    own[on<Q>(token(4), head(1))] = 0;
    own[on<Q>(heads({0, 1}))] += at::ones({2, 4});
    const Tensor whole = cat<Qkv>(own, k, v);
    HookSet hooks;
    hooks.add(c_attn, recipe);
    Latest<Qkv> latest;
    hooks.add(c_attn, latest);
    Board<Qkv> board;
    hooks.add(c_attn, board);
    board[0][on<K>(token(1))] = 1.0;
    const Tensor patched = run_with_hooks(c_attn, hooks, x);
    try {
        (void)latest[0][on<Q>(token(9))].norm();
    } catch (const suture::Error& e) {
        cout << e.what() << '\n';
    }
    const Tensor t = at::eye(3);
    return t.trace().item<int>() + trace(t).item<int>() + mine::total() + layer + position + neuron + dim + dimension +
           extent_of_mine + cell;
}
