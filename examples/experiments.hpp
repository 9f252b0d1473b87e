// Six experiments on the fused query, key and value of a GPT-2 model, each a function that runs the model on token ids
// [batch, tokens] and gives the logits [batch, tokens, vocabulary]. They need three layers and five tokens.
#pragma once

#include <suture/model/gpt2.hpp>
#include <suture/record/latest.hpp>
#include <suture/suture.hpp>

#include <ATen/ops/linspace.h>
#include <ATen/ops/zeros.h>

#include <optional>
#include <vector>

namespace experiments {
using namespace suture;

/// Every layer's fused projection, in order.
template <extent Width, extent Heads>
auto projections(Gpt2<Width, Heads>& model) {
    return sites<Gpt2Qkv<Width, Heads>>(model, "h.*.attn.c_attn");
}

/// Nothing is edited.
template <extent Width, extent Heads>
at::Tensor clean(Gpt2<Width, Heads>& model, const at::Tensor& ids) {
    return model->forward(ids);
}

/// In layer 1, the first ten channels of token 4's query become zero, in the first prompt.
template <extent Width, extent Heads>
at::Tensor zero_query(Gpt2<Width, Heads>& model, const at::Tensor& ids) {
    HookSet hooks;
    const auto handle = hooks.add(projections(model)[1], on<Q>(batch(0), token(4), dims<0, 10>).zero());
    return while_running(model, hooks, ids);
}

/// The same channels of token 4's key: what a wrong offset would have edited instead.
template <extent Width, extent Heads>
at::Tensor zero_key(Gpt2<Width, Heads>& model, const at::Tensor& ids) {
    HookSet hooks;
    const auto handle = hooks.add(projections(model)[1], on<K>(batch(0), token(4), dims<0, 10>).zero());
    return while_running(model, hooks, ids);
}

/// Hooks watch every layer, and layer 1 alone has token 4's query replaced by a vector that is injected from outside.
template <extent Width, extent Heads>
at::Tensor inject_vector(Gpt2<Width, Heads>& model, const at::Tensor& ids) {
    using Qkv = Gpt2Qkv<Width, Heads>;
    Slot injection;
    HookSet hooks;
    const auto handle = hooks.add(projections(model), [&](const View<Qkv>& qkv, const Site& site) {
        const auto replaced = on<Q>(token(4)).set(injection);
        return site.name() == "h.1.attn.c_attn" ? std::optional(qkv | replaced) : std::nullopt;
    });
    injection = at::linspace(-1, 0.7, Width);
    return while_running(model, hooks, ids);
}

/// A board silences layer 0 and puts a vector in the place of layer 2's whole projection, at every position.
template <extent Width, extent Heads>
at::Tensor replace_by_board(Gpt2<Width, Heads>& model, const at::Tensor& ids) {
    using Qkv = Gpt2Qkv<Width, Heads>;
    HookSet hooks;
    Board<Qkv> board;
    const auto handle = hooks.add(projections(model), board);
    board[0] = at::zeros({1, 1, Qkv::width});
    board[2] = at::linspace(-1, 0.7, Qkv::width);
    return while_running(model, hooks, ids);
}

/// What layer 0 said in a clean run stands in the place of what layer 2 says.
template <extent Width, extent Heads>
at::Tensor transplant(Gpt2<Width, Heads>& model, const at::Tensor& ids) {
    using Qkv = Gpt2Qkv<Width, Heads>;
    HookSet hooks;
    Latest<Qkv> latest;
    const auto recording = hooks.add(projections(model), latest);
    while_running(model, hooks, ids);
    Board<Qkv> board;
    const auto handle = hooks.add(projections(model), board);
    board[2] = latest[0];
    return while_running(model, hooks, ids);
}

/// What is done, in words, and the function that does it.
template <class Model>
struct Experiment {
    const char* name;
    const char* sentence;
    at::Tensor (*run)(Model&, const at::Tensor&);
};

template <extent W, extent H>
std::vector<Experiment<Gpt2<W, H>>> all() {
    return {{"clean", "nothing is edited", clean<W, H>},
            {"zero_query", "layer 1: Q[batch 0, token 4, dims 0:10] = 0", zero_query<W, H>},
            {"zero_key", "layer 1: K[batch 0, token 4, dims 0:10] = 0", zero_key<W, H>},
            {"inject_vector", "layer 1: Q[token 4] = linspace(-1, 0.7)", inject_vector<W, H>},
            {"replace_by_board", "layer 0 = 0, layer 2 = linspace(-1, 0.7)", replace_by_board<W, H>},
            {"transplant", "layer 2 = layer 0 of the clean run", transplant<W, H>}};
}

}  // namespace experiments
