// What README.md uses without showing it: a GPT-2 with random weights and two prompts.
#pragma once

#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

using Qkv = Gpt2Qkv<64, 4>;

inline Decoder model(Gpt2Config{.width = 64, .heads = 4, .inner = 256, .layers = 4, .positions = 16, .vocabulary = 50});
inline const at::Tensor ids = at::arange(12).reshape({2, 6});
inline const at::Tensor clean = ids, corrupted = at::arange(20, 32).reshape({2, 6});
inline constexpr int mary = 7, john = 8;
