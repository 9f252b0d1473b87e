// Threads: passes in several threads see their own hooks only, and shared objects may be changed while threads run.
// This file is also built as a program of its own under ThreadSanitizer.
#include <suture/edit/on.hpp>
#include <suture/hook/board.hpp>
#include <suture/hook/hook_set.hpp>
#include <suture/hook/hooked.hpp>
#include <suture/hook/sites.hpp>
#include <suture/record/history.hpp>
#include <suture/record/latest.hpp>

#include <ATen/ATen.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/linear.h>

#include "doctest.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace suture;

using Qkv = Fused<6, Q<2>, K<2>, V<2>>;

namespace {

struct ModelImpl : torch::nn::Cloneable<ModelImpl>, HasSites {
    ModelImpl() { reset(); }
    void reset() override {
        for (int i = 0; i < 3; ++i)
            layers.push_back(register_module(std::to_string(i), Hooked<torch::nn::Linear, Qkv>(6, 6)));
        name_sites(*this);
    }
    void visit_sites(const SiteVisitor& visit) override { visit("resid", resid); }
    at::Tensor forward(at::Tensor x) {
        for (auto& layer : layers) x = resid(x + layer(x));
        return x;
    }
    std::vector<Hooked<torch::nn::Linear, Qkv>> layers;
    HookPoint<Resid<6>> resid;
};
TORCH_MODULE(Model);

/// Runs f(0) .. f(n - 1), each in a thread of its own.
template <class F>
void in_threads(int n, const F& f) {
    std::vector<std::thread> threads;
    for (int i = 0; i < n; ++i)
        threads.emplace_back([&f, i] {
            const at::NoGradGuard no_gradients;
            f(i);
        });
    for (std::thread& t : threads) t.join();
}

constexpr int passes = 50;

}  // namespace

TEST_CASE("four threads run one model with different sets at once") {
    const at::NoGradGuard no_gradients;
    Model model;
    const at::Tensor x = at::randn({2, 5, 6});
    const auto run = [&](int i) {
        HookSet hooks;
        hooks.add(model->layers[static_cast<std::size_t>(i) % 3], on<Q>(token(i)).set(i));
        hooks.add(model->resid, on<Resid>().multiply(1 + 0.1 * i));
        return run_with_hooks(model, hooks, x);
    };
    std::vector<at::Tensor> expected;
    for (int i = 0; i < 4; ++i) expected.push_back(run(i));
    std::atomic<int> wrong{0};
    in_threads(4, [&](int i) {
        for (int pass = 0; pass < passes; ++pass) wrong += !run(i).equal(expected[static_cast<std::size_t>(i)]);
    });
    CHECK(wrong == 0);
}

TEST_CASE("a set, a board, a slot and recorders may be shared and changed while threads run") {
    Model model;
    const at::Tensor x = at::randn({2, 5, 6});
    HookSet hooks;
    Board<Qkv> board;
    Slot slot = at::zeros({2});
    Latest<Qkv> latest;
    History<Q<2>> history;
    const auto projections = sites<Qkv>(model, "[0-2]");
    hooks.add(projections, board).may_be_idle();  // an entry may come after the last pass of a scope
    const auto edited = hooks.add(projections, on<Q>(token(0)).set(slot));
    hooks.add(projections, latest);
    hooks.add(projections, history);
    std::atomic<int> running{4}, wrong{0};
    in_threads(5, [&](int i) {
        if (i == 4) {  // changes the objects that the others use
            for (int n = 0; running > 0; ++n) {
                board[static_cast<std::size_t>(n) % 3][on<V<2>>()] = n;
                if (n % 5 == 0) board.clear();
                slot = at::full({2}, static_cast<float>(n));
                const HookKey passing = hooks.add(model->resid, on<Resid>().add(0.5)).may_be_idle();
                (void)to_string(board);
                (void)latest.bytes_held();
                passing.remove();
            }
            return;
        }
        const auto scope = hooks.activate();
        for (int pass = 0; pass < passes; ++pass) {
            model->forward(x);
            const at::Tensor first =
                latest[1][on<Q>()].read([](const at::Tensor& q) { return q.select(-2, 0).clone(); });
            wrong += !first.eq(first.flatten()[0]).all().item<bool>();
        }
        --running;
    });
    CHECK(wrong == 0);
    CHECK(history.size() == 4 * 3 * passes);
    CHECK(edited.fired() == 4 * 3 * passes);
}

TEST_CASE("threads that work for one scope carry it, and their firings count in it") {
    Model model;
    HookSet hooks;
    const auto key = hooks.add(model->layers, on<K>().zero());
    auto scope = hooks.activate();
    const CarriedScopes carried;
    in_threads(4, [&](int) {
        const auto scopes = carried.activate();
        for (int pass = 0; pass < passes; ++pass) model->forward(at::ones({1, 6}));
    });
    CHECK(key.fired() == 4 * 3 * passes);
    CHECK_NOTHROW(scope.end());
}
