// What docs/faq.md uses without showing it: a GPT-2 with random weights and a prompt.
#pragma once

#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

inline Decoder model(Gpt2Config{.width = 64, .heads = 4, .inner = 256, .layers = 4, .positions = 16, .vocabulary = 50});
inline const at::Tensor ids = at::arange(12).reshape({2, 6});
