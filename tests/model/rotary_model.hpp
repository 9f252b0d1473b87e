// A model that a user might have: grouped-query attention with rotary positions, as LLaMA has it, in stages. Its blocks
// know positions; `whole_blocks` is the same without.
#pragma once

#include "suture/core/catalogue.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/sites.hpp"
#include "suture/model/causal_positions.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/silu.h>
#include <torch/nn/module.h>
#include <torch/utils.h>

#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

namespace rotary {
using namespace suture;
inline constexpr Index width = 24, heads = 4, key_heads = 2, head_width = 6, depth = 3, ids = 9;

struct BlockImpl : torch::nn::Module, HasSites {
    BlockImpl() {
        const auto weight = [&](const char* name, Index in, Index out) {
            return register_parameter(name, at::randn({in, out}, at::kDouble).div_(std::sqrt(static_cast<double>(in))),
                                      false);
        };
        wq = weight("wq", width, heads * head_width), wk = weight("wk", width, key_heads * head_width);
        wv = weight("wv", width, key_heads * head_width), wo = weight("wo", heads * head_width, width);
        up = weight("up", width, 2 * width), down = weight("down", 2 * width, width);
    }
    void visit_sites(const SiteVisitor& visit) override {
        visit("q", q), visit("k", k), visit("v", v), visit("resid_pre", resid_pre), visit("mlp_out", mlp_out);
    }
    static at::Tensor norm(const at::Tensor& x) { return x.div(x.square().mean(-1, true).add(1e-6).sqrt()); }
    /// [..., heads * head width] at positions [...] -> [..., heads, head width], rotated.
    static at::Tensor rotated(const at::Tensor& x, const at::Tensor& positions) {
        const std::array<Index, 2> split{-1, head_width};
        const at::Tensor by_head = x.unflatten(-1, at::IntArrayRef(split));
        const at::Tensor pace =
            at::arange(head_width / 2, at::kDouble).mul(-2.0 / head_width).mul(std::log(100.0)).exp();
        const at::Tensor angle = positions.to(at::kDouble).unsqueeze(-1).unsqueeze(-1).mul(pace);
        const at::Tensor a = by_head.narrow(-1, 0, head_width / 2),
                         b = by_head.narrow(-1, head_width / 2, head_width / 2);
        return at::cat({a.mul(angle.cos()).sub(b.mul(angle.sin())), a.mul(angle.sin()).add(b.mul(angle.cos()))}, -1);
    }
    at::Tensor after_attention(const at::Tensor& mid) {
        return mid.add(mlp_out(at::silu(norm(mid).matmul(up)).matmul(down)));
    }
    /// [batch, tokens, width]
    at::Tensor forward(const at::Tensor& given) {
        const at::Tensor x = resid_pre(given), read = norm(x), indices = at::arange(x.size(1));
        const at::Tensor queries = rotated(q(read.matmul(wq)), indices).transpose(1, 2);
        const auto shared = [&](const at::Tensor& t) {
            return t.transpose(1, 2).repeat_interleave(heads / key_heads, 1);
        };
        const std::array<Index, 2> split{key_heads, head_width};
        const at::Tensor keys = shared(rotated(k(read.matmul(wk)), indices));
        const at::Tensor values = shared(v(read.matmul(wv)).unflatten(-1, at::IntArrayRef(split)));
        const at::Tensor later = at::ones({x.size(1), x.size(1)}, at::kBool).triu(1);
        const at::Tensor pattern =
            queries.matmul(keys.transpose(-2, -1)).div(std::sqrt(6.0)).masked_fill(later, -1e300).softmax(-1);
        return after_attention(x.add(pattern.matmul(values).transpose(1, 2).flatten(-2).matmul(wo)));
    }
    /// [positions, width]
    at::Tensor forward_at(const at::Tensor& given, CausalPositions& positions) {
        const at::Tensor x = resid_pre(given), read = norm(x), indices = positions.indices();
        const std::array<Index, 2> split{key_heads, head_width};
        const at::Tensor mixed =
            positions.attend(rotated(q(read.matmul(wq)), indices), rotated(k(read.matmul(wk)), indices),
                             v(read.matmul(wv)).unflatten(-1, at::IntArrayRef(split)), 1 / std::sqrt(6.0));
        return after_attention(positions.kept(x).add(mixed.flatten(-2).matmul(wo)));
    }
    HookPoint<LlamaQ<heads, head_width>> q;
    HookPoint<LlamaK<key_heads, head_width>> k;
    HookPoint<LlamaV<key_heads, head_width>> v;
    HookPoint<Resid<width>> resid_pre;
    HookPoint<MlpOut<width>> mlp_out;
    at::Tensor wq, wk, wv, wo, up, down;
};

struct ModelImpl : torch::nn::Module {
    ModelImpl() {
        torch::manual_seed(3);
        for (Index i = 0; i < depth; ++i)
            blocks.push_back(register_module("b" + std::to_string(i), std::make_shared<BlockImpl>()));
        embedding = register_parameter("embedding", at::randn({ids, width}, at::kDouble), false);
        name_sites(*this);
    }
    Index layers() const { return depth; }
    at::Tensor embed(const at::Tensor& tokens) {
        return embedding.index_select(0, tokens.flatten()).view({tokens.size(0), -1, width});
    }
    at::Tensor block(Index i, const at::Tensor& x) { return blocks[static_cast<std::size_t>(i)]->forward(x); }
    at::Tensor block(Index i, const at::Tensor& x, CausalPositions& positions) {
        return blocks[static_cast<std::size_t>(i)]->forward_at(x, positions);
    }
    at::Tensor unembed(const at::Tensor& x) { return BlockImpl::norm(x).matmul(embedding.t()); }

    std::vector<std::shared_ptr<BlockImpl>> blocks;
    at::Tensor embedding;
};

/// The stages alone, of blocks that compute whole prompts.
struct whole_blocks {
    std::shared_ptr<ModelImpl> model;
    Index layers() const { return depth; }
    at::Tensor embed(const at::Tensor& tokens) { return model->embed(tokens); }
    at::Tensor block(Index i, const at::Tensor& x) { return model->block(i, x); }
    at::Tensor unembed(const at::Tensor& x) { return model->unembed(x); }
};
}  // namespace rotary
