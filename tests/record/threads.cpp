// Threads: recorders of one thread see its passes only, and a recorder that is shared may be read and emptied while others
// fill it. This file is also part of the program under ThreadSanitizer.
#include <suture/record/history.hpp>
#include <suture/record/latest.hpp>
#include <suture/record/run_with_cache.hpp>

#include <suture/edit/on.hpp>
#include <suture/hook/hook_set.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "threads.hpp"

#include <atomic>
#include <cstddef>
#include <set>

using namespace suture;
using suture_test::in_threads;
using suture_test::is_uniform;
using suture_test::passes;
using suture_test::Qkv;
using Model = suture_test::ThreeLayers;

TEST_CASE("recorders of four threads at the same sites record the passes of their own thread") {
    Model model;
    std::atomic<int> wrong{0};
    in_threads(4, [&](int i) {
        HookSet hooks;
        Latest<Qkv> latest;
        History<Q<2>> history(on<Q>(token(-1)));
        hooks.add(model->layers, on<Q>().set(i));
        hooks.add(model->layers, latest);
        hooks.add(model->layers, history);
        const auto scope = hooks.activate();
        for (int pass = 0; pass < passes; ++pass) model->forward(at::ones({1, 3, 6}));
        const auto is_mine = [i](const at::Tensor& queries) { return queries.eq(i).all(); };
        for (const auto& entry : latest) wrong += !entry.view()[on<Q>()].read(is_mine).item<bool>();
        wrong += history.size() != 3 * passes;
        for (std::size_t layer = 0; layer < 3; ++layer)
            wrong += !history.stack(layer).view().read(is_mine).item<bool>();
    });
    CHECK(wrong == 0);
}

TEST_CASE("runs with a cache in four threads at once give each its own") {
    Model model;
    std::atomic<int> wrong{0};
    in_threads(4, [&](int i) {
        for (int pass = 0; pass < passes; ++pass) {
            const at::Tensor x = at::full({1, 3, 6}, 1.0 * i);
            const auto [result, cache] = run_with_cache(model, sites<Resid<6>>(model, "resid"), x);
            wrong += !cache[0].equal(borrow<Resid<6>>(result));
        }
    });
    CHECK(wrong == 0);
}

TEST_CASE("a View of a shared Latest keeps its values while other threads record over it") {
    Model model;
    HookSet hooks;
    Latest<Qkv> latest;
    std::atomic<int> number{0}, wrong{0};
    hooks.add(model->layers[1], on<Q>().apply([&number](at::Tensor q) { return q.fill_(++number); }));
    hooks.add(model->layers[1], latest);
    {
        const auto scope = hooks.activate();
        model->forward(at::ones({1, 3, 6}));
    }
    in_threads(4, [&](int) {
        const auto scope = hooks.activate();
        for (int pass = 0; pass < passes; ++pass) {
            const View<Qkv> kept = latest[0];
            const Owned<Qkv> before = kept.clone();
            model->forward(at::ones({1, 3, 6}));
            wrong += !kept.equal(before);
            wrong += !is_uniform(kept[on<Q>()].clone());
            wrong += latest.bytes_held() != 3 * 6 * sizeof(float);
        }
    });
    CHECK(wrong == 0);
    CHECK(latest.size() == 1);
}

TEST_CASE("a shared History gives every pass of every thread one entry") {
    Model model;
    HookSet hooks;
    History<Resid<6>> history;
    hooks.add(model->resid, history);
    std::atomic<int> wrong{0};
    in_threads(4, [&](int i) {
        const auto scope = hooks.activate();
        for (int pass = 0; pass < passes; ++pass) {
            model->forward(at::full({1, 6}, 1.0 * i));
            std::size_t seen = 0;
            if (pass % 10 == 0)
                for (const auto& entry : history) seen += entry.view().sizes() == at::IntArrayRef({1, 6});
            wrong += seen > history.size();
            wrong += history.bytes_held() % (6 * sizeof(float)) != 0;
        }
    });
    std::set<std::size_t> numbers;
    for (const auto& entry : history) numbers.insert(entry.pass());
    CHECK(history.size() == 4 * 3 * passes);
    CHECK(numbers.size() == 4 * 3 * passes);
    CHECK(*numbers.rbegin() == 4 * 3 * passes - 1);
    CHECK(history.bytes_held() == 4 * 3 * passes * 6 * sizeof(float));
    CHECK(wrong == 0);
}

TEST_CASE("a shared recorder may be emptied while other threads record and read") {
    Model model;
    HookSet hooks;
    Latest<Qkv> latest;
    History<V<2>> history;
    hooks.add(model->layers, latest);
    hooks.add(model->layers, history);
    in_threads(4, [&](int i) {
        const auto scope = hooks.activate();
        for (int pass = 0; pass < passes; ++pass) {
            model->forward(at::ones({1, 3, 6}));
            if (pass % 4 == i) {
                latest.clear();
                history.clear();
            }
            (void)latest.size();
            if (latest.contains(0)) try {
                    (void)latest[0].norm();
                } catch (const HookError&) {  // emptied in between
                }
        }
    });
    latest.clear();
    history.clear();
    CHECK(latest.bytes_held() == 0);
    CHECK(history.bytes_held() == 0);
}
