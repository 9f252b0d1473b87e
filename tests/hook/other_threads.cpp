// Work that leaves the thread of its scope: carried, or noticed where the scope ends.
#include <suture/edit/on.hpp>
#include <suture/hook/hook_set.hpp>
#include <suture/hook/hooked.hpp>
#include <suture/hook/scope.hpp>

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/nn/modules/linear.h>

#include <atomic>
#include <future>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
using Layer = Hooked<torch::nn::Linear, Mlp<8>>;
Layer named_layer() {
    Layer linear(8, 8);
    linear->output.rename("mlp");
    return linear;
}
struct Outcome {
    int edited, left;  ///< passes with the edit, and passes that left the thread
    std::string message;
};
/// Runs f in another thread, and waits for it.
template <class F>
void elsewhere(const F& f) {
    std::async(std::launch::async, f).get();
}
}  // namespace

TEST_CASE("a pass that std::async takes to another thread is noticed and named where the scope ends") {
    Layer linear = named_layer();
    HookSet hooks;
    hooks.add(linear, on<Mlp>().zero());
    const std::string message = message_of<HookError>([&] {
        const auto scope = hooks.activate();
        auto other = std::async(std::launch::async, [&] { return linear(at::ones({2, 8})); });
        CHECK(linear(at::ones({2, 8})).eq(0).all().item<bool>());
        CHECK_FALSE(other.get().eq(0).all().item<bool>());
    });
    CHECK(
        message ==
        "mlp was passed 1 time in a thread in which this scope is not active, so its hooks did not run there: activate "
        "CarriedScopes in that thread (std::async and at::parallel_for start some), or call may_be_idle() on the "
        "hooks' key "
        "if its passes are to be clean ones");
    // The next scope begins anew.
    CHECK(run_with_hooks(linear, hooks, at::ones({2, 8})).eq(0).all().item<bool>());
}

TEST_CASE("passes in at::parallel_for are noticed, or edited if the scope is carried") {
    Layer linear = named_layer();
    HookSet hooks;
    hooks.add(linear, on<Mlp>().zero());
    const int before = at::get_num_threads();
    at::set_num_threads(2);
    const auto run = [&](auto&& body) {
        std::atomic<int> edited{0}, left{0};
        const std::thread::id home = std::this_thread::get_id();
        const std::string message = message_of<HookError>([&] {
            const auto scope = hooks.activate();
            const CarriedScopes carried;
            at::parallel_for(0, 64, 1, [&](int64_t begin, int64_t end) {
                if (std::this_thread::get_id() != home) left += static_cast<int>(end - begin);
                body(carried, [&] {
                    for (auto i = begin; i < end; ++i) edited += linear(at::ones({3, 8})).eq(0).all().item<bool>();
                });
            });
            if (edited == 0) linear(at::ones({3, 8}));
        });
        if (left == 0) MESSAGE("this LibTorch ran the loop in one thread");
        return Outcome{edited.load(), left.load(), message};
    };
    const Outcome plain = run([](const CarriedScopes&, const auto& loop) { loop(); });
    CHECK(plain.edited == 64 - plain.left);
    CHECK((plain.left == 0 ||
           says(plain.message, "mlp was passed " + std::to_string(plain.left) + " times in a thread")));
    const Outcome carried = run([](const CarriedScopes& active, const auto& loop) {
        const auto scopes = active.activate();
        loop();
    });
    CHECK(carried.edited == 64);
    CHECK(carried.message == "nothing was thrown");
    at::set_num_threads(before);
}

TEST_CASE("passes in other threads that are nobody's work are left alone") {
    Layer linear = named_layer(), other = named_layer();
    HookSet hooks, others;
    const auto key = hooks.add(linear, on<Mlp>().zero());
    others.add(linear, on<Mlp>().set(1.0));
    const auto passes = [&](const auto& in_thread) {
        return message_of<HookError>([&] {
            const auto scope = hooks.activate();
            linear(at::ones({2, 8}));
            elsewhere(in_thread);
        });
    };
    CHECK(passes([&] { other(at::ones({2, 8})); }) == "nothing was thrown");                           // another site
    CHECK(passes([&] { run_with_hooks(linear, others, at::ones({2, 8})); }) == "nothing was thrown");  // its own hooks
    CHECK(passes([] {}) == "nothing was thrown");
    key.may_be_idle();
    CHECK(passes([&] { linear(at::ones({2, 8})); }) == "nothing was thrown");
}

TEST_CASE("a thread that makes scopes of its own may run clean passes, before and after") {
    Layer linear = named_layer();
    HookSet hooks, others;
    hooks.add(linear, on<Mlp>().zero());
    others.add(linear, on<Mlp>().set(1.0));
    const auto scope = hooks.activate();
    linear(at::ones({2, 8}));
    elsewhere([&] {
        linear(at::ones({2, 8}));
        run_with_hooks(linear, others, at::ones({2, 8}));
        linear(at::ones({2, 8}));
    });
    CHECK_NOTHROW(scope.end());
    // What another thread passed without ever making one still counts, also if a later thread is like it.
    CHECK(says(message_of<HookError>([&] {
                   const auto again = hooks.activate();
                   linear(at::ones({2, 8}));
                   elsewhere([&] { linear(at::ones({2, 8})); });
                   elsewhere([&] { run_with_hooks(linear, others, at::ones({2, 8})); });
               }),
               "mlp was passed 1 time in a thread"));
}

TEST_CASE("a hook that never fired because its pass was elsewhere says so") {
    const HookPoint<Mlp<8>> point("h.3.mlp");
    HookSet hooks;
    hooks.add(point, on<Mlp>().zero());
    CHECK(says(message_of<HookError>([&] {
                   const auto scope = hooks.activate();
                   elsewhere([&] {
                       for (int i = 0; i < 3; ++i) (void)point(at::ones({2, 8}));
                   });
               }),
               "h.3.mlp was passed 3 times in a thread"));
}
