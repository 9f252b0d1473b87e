#pragma once
#include "tiny_gpt2.hpp"

inline const auto projections = sites<Qkv>(model, "h.*.attn.c_attn");
inline const at::Tensor clean = ids, corrupted = other_ids;
inline constexpr int mary = 7, john = 8;
