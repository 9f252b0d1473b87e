// Threads: passes in several threads see their own hooks only, and shared objects may be changed while threads run.
// The files threads.cpp are also built as a program of their own under ThreadSanitizer.
#include <suture/edit/on.hpp>
#include <suture/hook/board.hpp>
#include <suture/hook/hook_set.hpp>
#include <suture/record/history.hpp>
#include <suture/record/latest.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "threads.hpp"

#include <atomic>
#include <cstddef>
#include <latch>
#include <string>
#include <vector>

using namespace suture;
using suture_test::in_threads;
using suture_test::is_uniform;
using suture_test::passes;
using suture_test::Qkv;
using Model = suture_test::ThreeLayers;

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
            wrong += !is_uniform(first);
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

TEST_CASE("four threads change one board while all of them run") {
    Model model;
    HookSet hooks;
    Board<Qkv> board;
    hooks.add(sites<Qkv>(model, "[0-2]"), board).may_be_idle();
    std::atomic<int> wrong{0};
    const auto watch = hooks.add(model->layers[2], [&wrong](const View<Qkv>& seen) {
        // The entry is one thread's or another's, and never half of each.
        wrong += !is_uniform(seen[on<V>()].clone());
    });
    board.layer(2)[on<V>()] = 0.5;
    in_threads(4, [&](int i) {
        const auto scope = hooks.activate();
        for (int pass = 0; pass < passes; ++pass) {
            board.layer(2)[on<V>()] = i + 0.5;
            board[0] = on<Q>().multiply(i) | on<K>(token(pass % 5)).zero();
            board["1"] = at::full({Qkv::width}, 1.0 * pass);
            if (pass % 7 == i) board.swap(0, 1);
            if (pass % 5 == i) board.disable(1);
            if (pass % 5 == i + 1) board.enable(1);
            (void)board.contains(0);
            model->forward(at::ones({1, 5, 6}));
        }
    });
    CHECK(wrong == 0);
    CHECK(watch.fired() == 4 * passes);
}

TEST_CASE("a board for each thread, at the same sites, replaces for its thread only") {
    Model model;
    std::atomic<int> wrong{0};
    in_threads(4, [&](int i) {
        HookSet hooks;
        Board<Resid<6>> board;
        hooks.add(model->resid, board);
        board[0] = at::full({6}, 1.0 * i);
        const auto scope = hooks.activate();
        for (int pass = 0; pass < passes; ++pass) {
            if (pass == passes / 2) board[0] = at::full({6}, 10.0 * i);
            const double expected = (pass < passes / 2 ? 1.0 : 10.0) * i;
            wrong += !model->forward(at::ones({1, 5, 6})).eq(expected).all().item<bool>();
        }
    });
    CHECK(wrong == 0);
}

TEST_CASE("four threads add hooks to one set and remove them while all of them run") {
    Model model;
    HookSet hooks;
    std::atomic<int> calls{0};
    const auto counting = hooks.add(model->layers, [&calls](const View<Qkv>&) { ++calls; });
    std::atomic<std::size_t> fired{0};
    // A scope that ends while another thread's hook is there would miss it: all end when all hooks are removed.
    std::latch removed(4);
    in_threads(4, [&](int i) {
        const auto scope = hooks.activate();
        for (int pass = 0; pass < passes; ++pass) {
            const HookKey mine = hooks.add(model->layers[static_cast<std::size_t>(i) % 3], on<K>().add(0.0));
            model->forward(at::ones({1, 6}));
            mine.disable();
            mine.enable();
            fired += mine.fired();
            mine.remove();
        }
        removed.arrive_and_wait();
    });
    CHECK(calls == 4 * 3 * passes);
    CHECK(counting.fired() == 4 * 3 * passes);
    CHECK(fired >= 4 * passes);
}

TEST_CASE("a key that acts once acts once, however many threads pass its site") {
    Model model;
    for (int i = 0; i < 20; ++i) {
        HookSet hooks;
        std::atomic<int> calls{0};
        const HookKey key = hooks.add(model->layers[1], [&calls](const View<Qkv>&) { ++calls; }).once().may_be_idle();
        in_threads(4, [&](int) {
            const auto scope = hooks.activate();
            model->forward(at::ones({1, 6}));
        });
        CHECK(calls == 1);
        CHECK(key.fired() == 1);
    }
}

TEST_CASE("models are made, named, cloned and searched for sites in four threads at once") {
    const Model shared;
    std::atomic<int> wrong{0};
    in_threads(4, [&](int i) {
        for (int n = 0; n < 10; ++n) {
            Model mine;
            const auto copy = std::dynamic_pointer_cast<suture_test::ThreeLayersImpl>(shared->clone());
            wrong += sites<Qkv>(shared, "[0-2]").size() != 3;
            HookSet hooks;
            hooks.add(site<Qkv>(mine, "1"), on<Q>().set(i));
            hooks.add(site<Qkv>(copy, "2"), on<V>().set(i)).may_be_idle();
            (void)run_with_hooks(mine, hooks, at::ones({1, 6}));
        }
    });
    CHECK(wrong == 0);
}
