// Six experiments on the queries, keys and values of a model, from a mistake that is easily made by hand to a
// board of replacements. Each function runs the model on token ids [batch, tokens] and returns its logits [batch,
// tokens, vocabulary]. They need three layers.
#pragma once

#include <suture/decoder/decoder.hpp>
#include <suture/record/latest.hpp>
#include <suture/suture.hpp>

#include <ATen/ops/cat.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/zeros.h>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace experiments {
using namespace suture;

/// Where experiments edit: a layer, and a position in every prompt (-1 is the last).
struct Target {
    std::size_t layer = 1;
    Index token = 4;
};

/// Queries, keys and values side by side, as GPT-2's c_attn emits them. Their numbers are the model's.
using Qkv = DecoderAttentionImpl::Qkv;

/// The queries, keys and values of every layer, in order.
inline std::vector<SiteRef<Qkv>> projections(const Decoder& model) { return model->qkv_sites(); }

/// Nothing is edited.
inline at::Tensor clean(Decoder& model, const at::Tensor& ids) { return model->forward(ids); }

/// 1. The mistake, as it is made with LibTorch alone: writing a part that split() returned. Returns the edited
/// activation; `source`, the clean activation to compare with, is no longer clean.
inline at::Tensor write_a_split_view(const at::Tensor& source, const Extents<Qkv>& packed, const Target& at) {
    const at::NoGradGuard no_gradients;
    const Index of_queries = packed.offset<K>(), of_keys = packed.offset<V>() - of_queries;
    const std::vector<at::Tensor> qkv = source.split_with_sizes({of_queries, of_keys, of_keys}, -1);
    qkv[0].select(-2, at.token).narrow(-1, 0, 10).zero_();
    return at::cat(qkv, -1);
}

/// 2. By hand, with a counted offset: channels offset ... offset + 9 of the token become zero. The query starts at 0
/// and the key after it. In another model the same offsets mean something else, and nothing raises.
inline at::Tensor zero_by_offset(Decoder& model, const at::Tensor& ids, const Target& at, Index offset) {
    HookSet hooks;
    hooks.add(projections(model)[at.layer], [&](const View<Qkv>& qkv) {
        at::Tensor edited = qkv.clone();
        edited.select(-2, at.token).narrow(-1, offset, 10).zero_();
        return edited;
    });
    return run_with_hooks(model, hooks, ids);
}

/// 3. Clone and cat, typed: only a clone can be written, and cat takes the parts only in the order of the layout.
inline at::Tensor clone_and_cat(Decoder& model, const at::Tensor& ids, const Target& at) {
    HookSet hooks;
    hooks.add(projections(model)[at.layer], [&](const View<Qkv>& qkv) {
        const auto [q, k, v] = split(qkv);
        auto edited = q.clone();
        edited[on<Q>(token(at.token), dims<0, 10>)] = 0;
        return cat<Qkv>(edited, k, v);
    });
    return run_with_hooks(model, hooks, ids);
}

/// 4. Hooks on all layers: the query, key and value of every layer are recorded, and only one layer is edited.
inline at::Tensor edit_one_layer(Decoder& model, const at::Tensor& ids, const Target& at, Latest<Qkv>& harvest) {
    HookSet hooks;
    hooks.add(projections(model), harvest);
    hooks.add(projections(model)[at.layer], on<Q>(token(at.token), dims<0, 10>).zero());
    return run_with_hooks(model, hooks, ids);
}

/// 5. Injecting a vector into a query, and then another one through the same hook. Returns the logits of one run per
/// vector; a vector has as many channels as the query, or one.
inline std::vector<at::Tensor> inject_vectors(Decoder& model, const at::Tensor& ids, const Target& at,
                                              const std::vector<at::Tensor>& vectors) {
    Slot injection;
    HookSet hooks;
    hooks.add(projections(model)[at.layer], on<Q>(token(at.token)).set(injection));
    std::vector<at::Tensor> logits;
    for (const at::Tensor& vector : vectors) {
        injection = vector;
        logits.push_back(run_with_hooks(model, hooks, ids));
    }
    return logits;
}

/// 6. A board silences layer 0 and replaces the whole projection of layer 2 by a vector, at every position.
inline at::Tensor replace_by_board(Decoder& model, const at::Tensor& ids) {
    const std::vector<SiteRef<Qkv>> sites = projections(model);
    const Index width = sites.front().extents().width();
    HookSet hooks;
    Board<Qkv> board;
    hooks.add(sites, board);
    const at::ScalarType dtype = model->parameters().front().scalar_type();
    board[0] = at::zeros({1, 1, width}, dtype);
    board[2] = at::linspace(-1, 0.7, width, dtype);
    return run_with_hooks(model, hooks, ids);
}

/// The projection of layer 0 in a clean run replaces that of layer 2.
inline at::Tensor transplant(Decoder& model, const at::Tensor& ids) {
    HookSet hooks;
    Latest<Qkv> latest;
    hooks.add(projections(model), latest);
    run_with_hooks(model, hooks, ids);
    Board<Qkv> board;
    hooks.add(projections(model), board);
    board[2] = latest[0];
    return run_with_hooks(model, hooks, ids);
}

/// An experiment in words, and its logits.
struct Result {
    int experiment;  ///< its number; 0 for the clean run
    std::string name, sentence;
    at::Tensor logits;
};

/// All of them, in order, the clean run first.
inline std::vector<Result> run_all(Decoder& model, const at::Tensor& ids, const Target& at) {
    const Index of_queries = projections(model)[at.layer].extents().offset<K>();
    const std::string layer = "layer " + std::to_string(at.layer) + ": ",
                      token_at = "[token " + std::to_string(at.token);
    const auto ten_of = [&](const char* component) { return layer + component + token_at + ", dims 0:10] = 0"; };
    const at::ScalarType dtype = model->parameters().front().scalar_type();
    Latest<Qkv> harvest;
    std::vector<Result> results{
        {0, "clean", "no edit", clean(model, ids)},
        {2, "offset 0", ten_of("Q"), zero_by_offset(model, ids, at, 0)},
        {2, "offset " + std::to_string(of_queries), ten_of("K"), zero_by_offset(model, ids, at, of_queries)},
        {3, "clone and cat", ten_of("Q"), clone_and_cat(model, ids, at)},
        {4, "edit one layer", ten_of("Q"), edit_one_layer(model, ids, at, harvest)}};
    const std::vector<at::Tensor> injected =
        inject_vectors(model, ids, at, {at::linspace(-1, 0.7, of_queries, dtype), at::zeros({of_queries}, dtype)});
    results.push_back({5, "inject a vector", layer + "Q" + token_at + "] = linspace(-1, 0.7)", injected[0]});
    results.push_back({5, "change the vector", layer + "Q" + token_at + "] = zeros", injected[1]});
    results.push_back({6, "board", "layer 0 = 0, layer 2 = linspace(-1, 0.7)", replace_by_board(model, ids)});
    results.push_back({6, "transplant", "layer 2 = clean layer 0", transplant(model, ids)});
    return results;
}

}  // namespace experiments
