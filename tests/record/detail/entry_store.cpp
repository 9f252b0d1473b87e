// The entries of a recorder: one site per layer, the limit on their bytes, threads, and passes that fail.
#include "suture/record/detail/entry_store.hpp"

#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/record/history.hpp"
#include "suture/record/latest.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {

using Small = Fused<6, Q<2>, K<2>, V<2>>;

/// Three layers and a hook set.
struct fixture {
    std::vector<HookPoint<Small>> sites{HookPoint<Small>("h.0"), HookPoint<Small>("h.1"), HookPoint<Small>("h.2")};
    HookSet hooks;

    void pass(float value) const {
        const auto scope = hooks.activate();
        for (const auto& site : sites) (void)site(at::full({4, 6}, value));
    }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "a layer belongs to one site") {
    Latest<Q<2>> latest;
    hooks.add(sites[1], latest);
    CHECK(says(message_of<HookError>([&] { (void)hooks.add(sites[2], latest); }), "layer 0", "h.1", "h.2",
               "use another recorder"));
    HookPoint<Small> unnamed, other_unnamed;
    Latest<Q<2>> plain;
    hooks.add(unnamed, plain);
    CHECK(says(message_of<HookError>([&] { (void)hooks.add(other_unnamed, plain); }), "an unnamed site"));

    const std::vector<HookPoint<Small>> copy_of_the_model = sites;
    Latest<Q<2>> shared;
    HookSet other;
    hooks.add(sites, shared);
    const auto fourth = other.add(copy_of_the_model, shared);  // the same sites in a clone of the model
    CHECK(fourth.size() == 3);
}

TEST_CASE_FIXTURE(fixture, "an add that is refused attaches the recorder to nothing") {
    Latest<Q<2>> latest;
    const std::vector<SiteRef<Small>> twice{SiteRef<Small>(sites[0]), SiteRef<Small>(sites[1]),
                                            SiteRef<Small>(sites[0])};
    CHECK(says(message_of<HookError>([&] { hooks.add(twice, latest); }), "h.0 is in the range of sites twice"));
    CHECK(says(message_of<HookError>([&] { hooks.add_backward(twice, latest); }), "twice"));
    hooks.add_backward(sites[2], latest);  // neither at h.0 nor in the forward pass
    {
        const auto scope = hooks.activate();
        sites[2](at::ones({4, 6}).requires_grad_() * 1).sum().backward();
    }
    CHECK((*latest.begin()).name() == "h.2");
    CHECK(says(message_of<PositionError>([&] { (void)latest["h.0"]; }), "no site h.0 is recorded here", "0 (h.2)"));

    // What has been recorded, or will be, keeps its layer.
    CHECK(says(message_of<HookError>([&] { hooks.add(sites[0], latest); }), "attached to gradients"));
    CHECK(says(message_of<HookError>([&] { hooks.add_backward(sites[0], latest); }), "layer 0", "h.2"));
    hooks.clear();
    CHECK(says(message_of<HookError>([&] { hooks.add_backward(sites[0], latest); }), "layer 0", "h.2"));
    latest.clear();
    hooks.add(sites[0], latest);
    pass(1);
    CHECK(latest[0].unsafe_tensor().equal(at::ones({4, 2})));
}

TEST_CASE_FIXTURE(fixture, "the limit is named before anything is recorded beyond it") {
    const std::size_t entry = 4 * 2 * sizeof(float);
    History<Q<2>> history(RecordOptions{.max_bytes = 4 * entry});
    hooks.add(sites, history);
    pass(1);
    CHECK(history.bytes_held() == 3 * entry);

    const std::string message = message_of<MemoryError>([&] { pass(2); });
    CHECK(says(message, "h.1: ", "layer 1", "float32 [4, 2] on cpu", "needs 32 bytes", "128 are held", "limit is 128",
               "spill()", "max_bytes"));
    CHECK(history.size() == 4);
    CHECK(history.bytes_held() == 4 * entry);
    CHECK(history.stack(0).sizes() == at::IntArrayRef({2, 4, 2}));
    CHECK(history.stack(1).sizes() == at::IntArrayRef({1, 4, 2}));

    history.clear();
    pass(3);
    CHECK(history.size() == 3);
}

TEST_CASE_FIXTURE(fixture, "overwriting an entry needs no room for two") {
    Latest<Q<2>> latest(RecordOptions{.max_bytes = 3 * 32});
    hooks.add(sites, latest);
    pass(1);
    pass(2);
    CHECK(latest.bytes_held() == 3 * 32);
    CHECK(latest[2].unsafe_tensor().equal(at::full({4, 2}, 2.0)));
    CHECK(says(message_of<MemoryError>([&] {
                   const auto scope = hooks.activate();
                   (void)sites[0](at::zeros({5, 6}));
               }),
               "needs 40 bytes", "64 are held", "limit is 96"));
    CHECK(latest[0].unsafe_tensor().equal(at::full({4, 2}, 2.0)));
}

TEST_CASE_FIXTURE(fixture, "without a limit of its own a recorder stays below the memory of the machine") {
    Latest<Q<2>> latest;
    const auto key = std::move(hooks.add(sites[0], latest)).may_be_idle();
    const Index too_many = 1'000'000'000'000'000;  // an expanded tensor, which itself takes a few bytes
    const std::string message = message_of<MemoryError>([&] {
        const auto scope = hooks.activate();
        (void)sites[0](at::zeros({1, 6}).expand({too_many, 6}));
    });
    CHECK(
        says(message, "needs 8000000000000000 bytes", "0 are held", std::to_string(suture::detail::most_host_bytes())));
    CHECK(latest.empty());
    CHECK(latest.bytes_held() == 0);
}

TEST_CASE_FIXTURE(fixture, "a pass that fails half-way leaves the entries as they were") {
    Latest<Q<2>> latest(RecordOptions{.tokens = token(3)});
    hooks.add(sites[0], latest);
    pass(1);
    CHECK_THROWS_AS(([&] {
                        const auto scope = hooks.activate();
                        (void)sites[0](at::zeros({2, 6}));
                    }()),
                    PositionError);
    CHECK(latest.size() == 1);
    CHECK(latest[0].unsafe_tensor().equal(at::ones({2})));
    CHECK((*latest.begin()).pass() == 0);
}

TEST_CASE_FIXTURE(fixture, "two threads may record into one recorder") {
    constexpr int passes = 200;
    History<Q<2>> history;
    Latest<K<2>> latest;
    hooks.add(sites, history);
    hooks.add(sites, latest);
    const auto work = [this](float value) {
        for (int i = 0; i < passes; ++i) pass(value);
    };
    std::thread one(work, 1.0f), two(work, 2.0f);
    one.join(), two.join();

    CHECK(history.size() == 2 * 3 * passes);
    CHECK(history.bytes_held() == 2 * 3 * passes * 32);
    CHECK(latest.size() == 3);
    CHECK(latest.bytes_held() == 3 * 32);
    for (const std::size_t layer : {0, 1, 2}) {
        const at::Tensor seen = history.stack(layer).take();
        CHECK(seen.eq(1).sum().item<Index>() == passes * 8);
        CHECK(seen.eq(2).sum().item<Index>() == passes * 8);
        std::vector<std::size_t> numbers;
        for (const auto& entry : history.of(layer)) numbers.push_back(entry.pass());
        CHECK(numbers.front() == 0);
        CHECK(numbers.back() == 2 * passes - 1);
        const auto gap = std::adjacent_find(numbers.begin(), numbers.end(), [](auto a, auto b) { return b != a + 1; });
        CHECK(gap == numbers.end());
    }
}
