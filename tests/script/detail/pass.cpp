// Passes through a TorchScript model: replacements take the place of values, and hooks that belong to the model run as
// they do in Python.
#include "suture/script/detail/pass.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/board.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/script/script.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include "doctest.hpp"
#include "message.hpp"
#include "script/modules.hpp"

#include <string>
#include <type_traits>
#include <utility>

using namespace suture;
using namespace script_modules;
using suture_test::message_of;
using suture_test::says;

using Packed = Resid<3>;

namespace {

/// [2, 3, 4] -> [2, 4, 3] at `t`, in the order of memory before -> [2, 12] by view().
Module transposing() {
    return module({{"t", module({}, "return x.transpose(1, 2)\n")}},
                  "return self.t.forward(x).transpose(1, 2).view(2, 12)\n");
}
const at::Tensor numbers = at::arange(24, at::kFloat).view({2, 3, 4});

/// With a hook before forward, x -> (x + 100), and one after it, y -> y * 10.
Module with_own_hooks(Module made) {
    made.define(
        "def before(self, inputs: Tuple[Tensor]) -> Tuple[Tensor]:\n  return (inputs[0] + 100,)\n"
        "def behind(self, inputs: Tuple[Tensor], output: Tensor) -> Tensor:\n  return output * 10\n");
    made.type()->addForwardPreHook(&made.get_method("before").function());
    made.type()->addForwardHook(&made.get_method("behind").function());
    return made;
}

}  // namespace

TEST_CASE("a replacement in another order of memory does for a view that follows") {
    const Script model(module({{"a", module({}, "return x.unsqueeze(0).expand(3, 2).contiguous()\n")}},
                              "return self.a.forward(x).view([6])\n"));
    const at::Tensor numbers = at::arange(6, at::kFloat).view({2, 3});
    CHECK(hooked(model, "a", [&](const at::Tensor&) { return numbers.t(); }).equal(numbers.t().reshape({6})));
}

TEST_CASE("a replacement takes the strides of the value that it replaces, whoever makes it") {
    const Script model(transposing());
    const auto gives = [&](const HookSet& hooks, const at::Tensor& expected) {
        const auto scope = hooks.activate();
        CHECK(model(numbers).equal(expected.reshape({2, 12})));
    };
    HookSet by_callback, by_recipe, by_board;
    const auto cloning =
        by_callback.add(site(model, "t"), [](const at::Tensor& t) { return t.clone(at::MemoryFormat::Contiguous); });
    gives(by_callback, numbers);
    const auto doubled = by_recipe.add(site<Packed>(model, "t"), on<Packed>().multiply(2));
    gives(by_recipe, numbers * 2);
    Board<Packed> board;
    board[0] = at::ones({2, 4, 3});
    const auto replaced = by_board.add(sites<Packed>(model, "t"), board);
    gives(by_board, at::ones({2, 3, 4}));
}

TEST_CASE("gradients reach a replacement whose strides are others") {
    const Script model(transposing());
    const at::Tensor leaf = numbers.clone().requires_grad_();
    HookSet hooks;
    hooks.add(site<Packed>(model, "t"), on<Packed>().multiply(3));
    const auto scope = hooks.activate();
    model(leaf).sum().backward();
    CHECK(leaf.grad().equal(at::full({2, 3, 4}, 3.0)));
}

TEST_CASE("where a sparse tensor passes, a replacement is sparse too") {
    const Script model(module({{"t", module({}, "return x.to_sparse()\n")}}, "return self.t.forward(x).to_dense()\n"));
    CHECK(hooked(model, "t", [](const at::Tensor& t) { return t * 3; }).equal(filled(3)));
    CHECK(
        says(message_of<TypeError>([&] { (void)hooked(model, "t", [](const at::Tensor& t) { return t.to_dense(); }); }),
             "t: the hook returned a tensor whose storage is Strided for one that is Sparse"));
}

TEST_CASE("hooks that were scripted with the model run with and without a scope, around its sites") {
    const Script model(with_own_hooks(doubling()));
    CHECK(model(x).equal(filled(2020)));  // ((1 + 100) * 2) * 10
    CHECK(hooked(model, "", look).equal(filled(2020)));
    CHECK(hooked(model, "", add_one).equal(filled(2030)));
    CHECK(hooked(model, "input", add_one).equal(filled(2040)));
}

TEST_CASE("moving from a Script leaves the Script as it was") {
    Script model(doubling());
    const Script other = std::move(model);
    CHECK(other(x).equal(filled(2)));
    CHECK(model(x).equal(filled(2)));
    static_assert(std::is_copy_constructible_v<Script> && std::is_copy_assignable_v<Script>);
}

TEST_CASE("the model's own sites have names, also when the sites were named by their paths") {
    const Script model(doubling());
    name_sites(model);
    HookSet hooks;
    hooks.add(site(model, ""), look);
    auto scope = hooks.activate();
    CHECK(says(message_of<HookError>([&] { scope.end(); }), "never fired: the model's output (a callback)"));
    CHECK(says(message_of<HookError>([&] { (void)site(model, "output.1"); }), "the model takes (Tensor)",
               "returns Tensor"));
}

TEST_CASE("a model that is one module is not taken for a frozen one") {
    Module alone = doubling();
    alone.register_attribute("training", c10::BoolType::get(), true);
    CHECK(says(message_of<HookError>([&] { (void)site(Script(alone), "l"); }),
               "has no submodules: hook its result '' or its argument 'input'"));
    CHECK(
        says(message_of<HookError>([&] { (void)site(Script(doubling()), "l"); }), "no submodules", "save it unfrozen"));
}

TEST_CASE("the instrumented code is compiled once, and not profiled to be compiled anew for each kind of input") {
    const Script model(
        module({{"a", doubling()}}, "y = self.a.forward(x)\n  return torch.tanh(y) * y + torch.sigmoid(y)\n"));
    HookSet hooks;
    hooks.add(site(model, "a"), look);
    const auto scope = hooks.activate();
    for (const at::Tensor& input : {x, at::ones({3, 1}), at::ones({2}).requires_grad_()}) {
        (void)model(input);
        const std::string ran = torch::jit::lastExecutedOptimizedGraph()->toString();
        CHECK(ran.find("suture::site") != std::string::npos);
        CHECK(ran.find("prim::profile") == std::string::npos);
    }
}

TEST_CASE("only forward returns a result that is not a tensor") {
    const Script model(module({}, "return x, x\n"));
    CHECK(model.forward(at::ones({2})).isTuple());
    CHECK(says(message_of<TypeError>([&] { (void)model(at::ones({2})); }), "Tuple[Tensor, Tensor]", "forward()"));
}
