// When a hook of a TorchScript model throws, in whichever call and thread, or memory runs out in the interpreter: the scope
// ends, recorders have old or complete entries, and the model runs again.
#include <suture/hook/hook_set.hpp>
#include <suture/record/latest.hpp>
#include <suture/script/script.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "failing_allocator.hpp"
#include "script/modules.hpp"

#include <atomic>
#include <stdexcept>
#include <string>

using namespace suture;
using namespace script_modules;

namespace {

/// Three forks of `a`, `b` meanwhile, and `c` of all: 2 (2 x + 3 * 2 x).
Module forking_model() {
    return module({{"a", doubling()}, {"b", doubling()}, {"c", doubling()}},
                  "futures = [fork(self.a.forward, x), fork(self.a.forward, x), fork(self.a.forward, x)]\n"
                  "  y = self.b.forward(x)\n  for f in futures:\n    y = y + torch.wait(f)\n"
                  "  return self.c.forward(y)\n");
}
/// `a`, `b` and `c` in turn: 8 x.
Module plain_model() {
    return module({{"a", doubling()}, {"b", doubling()}, {"c", doubling()}},
                  "return self.c.forward(self.b.forward(self.a.forward(x)))\n");
}

/// A Script with a callback at every site, two at one of them, and a recorder.
struct Hooked {
    explicit Hooked(const Module& module) : model(module) {
        for (const char* path : {"a", "b", "c", "b"})
            hooks.add(site(model, path), [this](const at::Tensor& t) {
                if (++calls == failing) throw std::runtime_error("mine");
                return t + 1;
            });
        hooks.add(site(model, "b"), latest);
        plain = model(x);
        edited = run();
        every_call = calls;
        recorded = latest[0].clone();
    }
    at::Tensor run() {
        calls = 0;
        const auto scope = hooks.activate();
        at::Tensor result = model(x);
        scope.end();
        return result;
    }
    void check_next() {
        failing = 0;
        CHECK(suture::detail::innermost_scope == nullptr);
        CHECK(latest.size() == 1);
        CHECK(latest[0].equal(recorded));
        CHECK(model(x).equal(plain));
        CHECK(run().equal(edited));
        CHECK(calls == every_call);
    }

    Script model;
    HookSet hooks;
    Latest<AnyLayout> latest;
    std::atomic<int> calls{0}, failing{0};
    int every_call = 0;
    at::Tensor plain, edited, recorded;
};

}  // namespace

TEST_CASE("a hook that throws in a script or in one of its forks, in whichever call, ends the run and breaks nothing") {
    for (const Module& module : {plain_model(), forking_model()}) {
        Hooked hooked(module);
        REQUIRE(hooked.every_call >= 4);
        for (int n = 1; n <= hooked.every_call; ++n) {
            CAPTURE(n);
            hooked.failing = n;
            try {
                (void)hooked.run();
                FAIL("nothing was thrown");
            } catch (const HookError& error) {
                CHECK(std::string(error.what()).find(": the hook threw: mine") != std::string::npos);
            }
            hooked.check_next();
        }
    }
}

TEST_CASE("a script that runs out of memory runs again, with the same hooks") {
    Hooked hooked(plain_model());
    for (int run = 0; run < 3; ++run) (void)hooked.run();  // the interpreter specialises the code meanwhile
    (void)suture_test::run_out_of_memory([&] { (void)hooked.run(); }, [&](long) { hooked.check_next(); });
    hooked.check_next();
}
