// Which methods of a TorchScript class are its forward.
#include "suture/script/detail/forward.hpp"

#include "doctest.hpp"
#include "script/modules.hpp"

#include <string>

using namespace script_modules;
using suture::detail::calls_higher_forward;
using suture::detail::forward_number;
using suture::detail::is_forward;
using suture::detail::is_traced;

namespace {

/// A trace of a module that is called twice: `forward1` belongs to the inner call.
Module traced_twice() {
    return module({},
                  "def forward1(self, x):\n  return x * 2\n"
                  "def forward(self, x):\n  return x + 1\n");
}
/// A scripted module whose forward calls a helper that happens to be named `forward1`.
Module scripted() {
    return module({},
                  "def forward1(self, x):\n  return x * 2\n"
                  "def forward(self, x):\n  return self.forward1(x) + 1\n");
}

}  // namespace

TEST_CASE("the number of a forward is read from its name, and other names have none") {
    CHECK(forward_number("forward") == 0);
    CHECK(forward_number("forward1") == 1);
    CHECK(forward_number("forward12") == 12);
    for (const char* name :
         {"", "for", "forward0", "forward01", "forward_1", "forwards", "forward1a", "my_forward", "forward1234567890"})
        CHECK_FALSE(forward_number(name).has_value());
}

TEST_CASE("a method that calls a higher forward of its own object is recognised") {
    const Module made = scripted();
    CHECK(calls_higher_forward(made.get_method("forward").function()));
    CHECK_FALSE(calls_higher_forward(made.get_method("forward1").function()));
    const Module inside_a_loop = module({},
                                        "def forward1(self, x):\n  return x * 2\n"
                                        "def forward(self, x):\n  for i in range(3):\n    x = self.forward1(x)\n"
                                        "  return x\n");
    CHECK(calls_higher_forward(inside_a_loop.get_method("forward").function()));
}

TEST_CASE("a trace has forwards only, and none of them calls another") {
    const Module twice = traced_twice(), once = doubling(), script = scripted();
    CHECK(is_traced(*twice.type()));
    CHECK(is_traced(*once.type()));
    CHECK_FALSE(is_traced(*script.type()));
    const Module with_helper = module({},
                                      "def helper(self, x):\n  return x * 2\n"
                                      "def forward(self, x):\n  return self.helper(x)\n");
    CHECK_FALSE(is_traced(*with_helper.type()));
}

TEST_CASE("forward, its overloads and the further forwards of a trace are a module's forward") {
    const Module trace_model = traced_twice(), script_model = scripted();
    const auto trace = trace_model.type(), script = script_model.type();
    CHECK(is_forward("forward", *script));
    CHECK(is_forward("forward__0", *script));
    CHECK(is_forward("forward__12", *script));
    CHECK_FALSE(is_forward("forward__x", *script));
    CHECK_FALSE(is_forward("forward1", *script));
    CHECK_FALSE(is_forward("helper", *script));
    CHECK(is_forward("forward1", *trace));
    CHECK_FALSE(is_forward("helper", *trace));
}
