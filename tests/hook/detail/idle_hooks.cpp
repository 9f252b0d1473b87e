#include "suture/hook/detail/idle_hooks.hpp"

#include "doctest.hpp"

#include <cstdint>
#include <set>
#include <string>

using namespace suture::detail;

namespace {
const IdleHook a{1, "h.0", "Q = 0"}, b{2, "h.1", "a callback"};
const IdleHook gradient{3, "h.2", "Q = 0", true, true};

SitesOfModel model_of(std::set<std::uint64_t> sites) {
    return [sites] { return sites; };
}
}  // namespace

TEST_CASE("hooks that never fired are listed with their sites, and gradients as such") {
    CHECK(idle_text({a, b, gradient}) == "h.0 (Q = 0), h.1 (a callback), h.2 (gradient: Q = 0)");
    CHECK(idle_message({{a}, {}, {}}, {}) ==
          "the scope ends but these hooks never fired: h.0 (Q = 0): pass these sites (and run backward, for gradients) "
          "while the scope lives, or call may_be_idle()");
}

TEST_CASE("where others fired, the model ran, but not through the sites") {
    CHECK(why_idle({{a}, {"h.1", "h.2"}, {}}, {}) ==
          "hooks at h.1, h.2 fired, so the model ran, but not through these sites: pass these sites (and run backward, "
          "for gradients) "
          "while the scope lives");
    CHECK(why_idle({{a}, {"1", "2", "3", "4"}, {}}, {}).rfind("hooks at 1, 2, 3, ... fired", 0) == 0);
}

TEST_CASE("hooks that fired in another scope did not run in this one") {
    IdleHook before = a;
    before.fired_elsewhere = 2;
    CHECK(
        why_idle({{before}, {}, {}}, {}) ==
        "they fired in another scope, but nothing of the set fired in this one: run the model in its thread, while it "
        "lives");
    CHECK(why_idle({{before, b}, {}, {}}, {}).rfind("pass these sites", 0) == 0);
}

TEST_CASE("a gradient that never arrived is distinguished from a site that was never passed") {
    CHECK(why_idle({{gradient}, {}, {}}, {}) ==
          "their sites were passed, but no gradient arrived: run backward while the scope lives");
    CHECK(why_idle({{gradient, a}, {}, {}}, {}).rfind("pass these sites", 0) == 0);
}

TEST_CASE("where the model is known, its own sites are told from those of another") {
    CHECK(why_idle({{a, b}, {}, {}}, model_of({1})) ==
          "h.1 is not a site of the model that ran (each clone or new module has its own): find them in that model");
    CHECK(why_idle({{a, b}, {}, {}}, model_of({})).rfind("h.0, h.1 are not sites", 0) == 0);
    CHECK(why_idle({{a, b}, {}, {}}, model_of({1, 2})) ==
          "the model that ran has these sites and did not pass them (the wrapped module's own forward bypasses them): "
          "hook "
          "what its forward calls");
}

TEST_CASE("modules that a fused path leaves out are named with how they are passed") {
    IdleHook fused = a;
    fused.path = "layers.0.self_attn";
    CHECK(suture::detail::idle_message({{fused}, {}, {}}, {})
              .find(" (torch.nn.TransformerEncoderLayer in eval mode calls none of its modules while gradients are "
                    "disabled: "
                    "enable them, or call train()), or call may_be_idle()") != std::string::npos);
    CHECK(suture::detail::idle_message({{a}, {}, {}}, {}).find("TransformerEncoderLayer") == std::string::npos);
}
