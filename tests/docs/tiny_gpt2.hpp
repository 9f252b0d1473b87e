// What pages speak of without showing it: a GPT-2 with random weights, as in docs/tutorial.md, and two prompts.
#pragma once

#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

using Model = Gpt2<64, 4>;
using Qkv = Gpt2Qkv<64, 4>;

inline Model tiny_gpt2() {
    at::manual_seed(0);
    return Model(Gpt2Config{.width = 64, .heads = 4, .inner = 256, .layers = 4, .positions = 16, .vocabulary = 50});
}

inline Model model = tiny_gpt2();
inline const at::Tensor ids = at::arange(12).reshape({2, 6});
inline const at::Tensor other_ids = at::arange(20, 32).reshape({2, 6});
