// One program that does what users do, on a model of two layers, for valgrind's memcheck: edits, hooks, a board, a slot,
// recorders and gradients, objects that outlive what they were made from, and exceptions half-way. What it computes is tested
// elsewhere; here every access has to be valid.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

#include <ATen/ATen.h>

#include <cstdio>
#include <optional>
#include <stdexcept>
#include <utility>

using namespace suture;
using Qkv = Gpt2Qkv<8, 2>;

namespace {
Decoder small_model() {
    return Decoder(Gpt2Config{.width = 8, .heads = 2, .inner = 32, .layers = 2, .positions = 8, .vocabulary = 11});
}

int faults = 0;
void check(bool holds, const char* what) {
    if (holds) return;
    std::printf("failed: %s\n", what);
    ++faults;
}
template <class F>
bool throws(const F& f) {
    try {
        f();
    } catch (const Error&) {
        return true;
    }
    return false;
}

void edit_tensors() {
    const at::Tensor x = at::randn({1, 5, Qkv::width}), vector = at::randn({4});
    std::optional<at::Tensor> injected = at::randn({8});
    const auto recipe =
        on<Q>(token(4), dims<0, 3>).set(0.5) | on<V>(head<1>).add(vector) | on<K>(token(0)).set(*injected);
    injected.reset();  // the recipe has a copy
    const at::Tensor edited = borrow<Qkv>(x) | recipe | on<Q>(heads({1, 0}), tokens({0, 3})).multiply(2);
    check(!edited.equal(x), "a recipe changes an activation");

    Owned<Qkv> mine = borrow<Qkv>(x).clone();
    const View<Qkv> kept = mine.view();
    mine[on<Q>(token(-1))] = 0;  // moves to storage of its own
    check(kept[on<Q>()].equal(borrow<Qkv>(x)[on<Q>()]), "a View keeps the values that it was made from");
    Owned<Qkv> moved = std::move(mine);
    check(throws([&] { moved |= on<Q>(token(9)).zero(); }), "a token outside is refused");
    check(borrow<Qkv>(x.to(at::kBFloat16))[on<V>(token(1), head(0))].norm().isfinite().item<bool>(), "a place is read");
}

void run_hooks() {
    const at::Tensor ids = at::arange(6).unsqueeze(0);
    HookSet hooks;
    Board<Qkv> board;
    Slot slot = at::ones({8});
    Latest<Q<8, 2>> latest(on<Q>(token(-1)));
    History<Qkv> history;
    std::optional<HookKey> key;
    at::Tensor clean, edited;
    {
        auto model = small_model();
        const auto c_attn = sites<Qkv>(model, "h.*.attn.c_attn");
        const at::NoGradGuard no_gradients;
        clean = model->forward(ids);
        hooks.add(c_attn, board);
        hooks.add(c_attn, latest);
        hooks.add(c_attn, history);
        key = hooks.add(c_attn[0], on<V>(token(2)).add(slot));
        board[1][on<K>(head<0>)] = 0;
        board[0] = on<Q>().multiply(0.5);
        for (int i = 0; i < 3; ++i) {
            edited = run_with_hooks(model, hooks, ids);
            slot = at::full({8}, 1.0 * i);
            board.swap(0, 1);
        }
        hooks.add(c_attn[1], [](const View<Qkv>&) { throw std::runtime_error("half-way"); });
        check(throws([&] { run_with_hooks(model, hooks, ids); }), "an exception of a callback arrives");
    }
    // The model is gone: what was recorded stays, and so do the keys.
    check(!clean.equal(edited), "hooks change the result");
    check(key->fired() >= 3, "an edit fired");
    check(history.stack(1).norm().isfinite().item<bool>(), "recordings outlive the model");
    check(latest[0].sizes() == at::IntArrayRef({1, 8}), "a recording of one token has no axis of tokens");
    key->remove();
    history.clear();
    (void)to_string(board);
}

void run_backward() {
    auto model = small_model();
    HookSet hooks;
    Latest<Qkv> gradients;
    const auto c_attn = sites<Qkv>(model, "h.*.attn.c_attn");
    hooks.add(c_attn, on<Q>(token(1)).add(at::ones({8}).requires_grad_()));
    hooks.add_backward(c_attn, on<K>().zero());
    hooks.add_backward(c_attn, gradients);
    {
        const auto scope = hooks.activate();
        model->forward(at::arange(6).unsqueeze(0)).sum().backward();
    }
    check(gradients[0][on<K>()].norm().item<double>() == 0, "a gradient is edited and recorded");
}
}  // namespace

int main() {
    edit_tensors();
    run_hooks();
    run_backward();
    if (faults == 0) std::printf("all checks hold\n");
    return faults;
}
