#include "suture/script/script.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/hook/sequence_pass.hpp"

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"

#include <concepts>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<6, Q<2>, K<2>, V<2>>;
using Other = Fused<6, Gate<4>, Up<2>>;

namespace {

using torch::jit::Module;

Module linear(Index in, Index out) {
    Module made("__torch__.Linear");
    made.register_parameter("weight", at::arange(in * out, at::kFloat).view({out, in}) / 10, false);
    made.register_parameter("bias", at::ones({out}), false);
    made.define("def forward(self, x):\n  return torch.linear(x, self.weight, self.bias)\n");
    return made;
}

/// x [.., 4] -> c_attn [.., 6] -> tanh -> proj [.., 3]; never calls `spare`.
Module made() {
    Module model("__torch__.Model");
    model.register_module("c_attn", linear(4, 6));
    model.register_module("proj", linear(6, 3));
    model.register_module("spare", linear(4, 4));
    model.define(
        "def forward(self, x, scale: float=1.0):\n"
        "  return self.proj.forward(torch.tanh(self.c_attn.forward(x))) * scale\n");
    return model;
}

struct fixture {
    Module plain = made();
    Script model{plain};
    HookSet hooks;
    at::Tensor x = at::arange(12, at::kFloat).view({3, 4}) / 12;

    at::Tensor unhooked() { return plain.forward({x}).toTensor(); }
    SiteRef<Qkv> c_attn() { return site<Qkv>(model, "c_attn"); }
    /// The same with an edit of the projection by hand.
    template <class Edit>
    at::Tensor by_hand(const Edit& edit) {
        const at::Tensor packed = plain.attr("c_attn").toModule().forward({x}).toTensor();
        return plain.attr("proj").toModule().forward({edit(packed).tanh()}).toTensor();
    }
    at::Tensor with_q_zeroed() {
        return by_hand([](const at::Tensor& t) { return at::cat({at::zeros({3, 2}), t.narrow(-1, 2, 4)}, -1); });
    }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "without hooks, and with hooks that observe, a Script returns what the module returns") {
    const at::Tensor expected = unhooked();
    CHECK(model(x).equal(expected));
    std::vector<std::string> seen;
    const auto note = [&](const at::Tensor&, const Site& at) { seen.push_back(at.name()); };
    hooks.add(sites(model, "*"), note);
    const auto scope = hooks.activate();
    CHECK(model(x).equal(expected));
    CHECK(seen == std::vector<std::string>{"input", "c_attn", "proj", "the model's output"});
}

TEST_CASE_FIXTURE(fixture, "a recipe at a submodule edits the input of the rest of the model") {
    hooks.add(c_attn(), on<Q>().zero());
    const at::Tensor clean = unhooked();
    {
        const auto scope = hooks.activate();
        CHECK(model(x).allclose(with_q_zeroed(), 1e-6, 1e-6));
    }
    CHECK(model(x).equal(clean));
    CHECK(run_with_hooks(&model, hooks, x).toTensor().allclose(with_q_zeroed(), 1e-6, 1e-6));
}

TEST_CASE_FIXTURE(fixture, "a pass that stands elsewhere in its sequences is edited at their positions") {
    hooks.add(c_attn(), on<Q>(token(4)).zero());
    const auto scope = hooks.activate();
    const at::Tensor rows = x.unsqueeze(0), clean = unhooked();
    {
        const SequencePass here({.columns = 3, .first = {3}, .length = {6}, .is_growing = true});
        const at::Tensor edited = model(rows)[0];
        CHECK(edited[0].equal(clean[0]));
        CHECK_FALSE(edited[1].equal(clean[1]));
        CHECK(edited[2].equal(clean[2]));
    }
    const SequencePass later({.columns = 3, .first = {6}, .length = {9}, .is_growing = true});
    CHECK(model(rows)[0].equal(clean));
}

TEST_CASE_FIXTURE(fixture, "hooks can be added, removed and switched off after the model ran") {
    const at::Tensor clean = model(x);
    const auto scope = hooks.activate();
    CHECK(model(x).equal(clean));
    auto key = hooks.add(c_attn(), on<Q>().zero());
    CHECK_FALSE(model(x).equal(clean));
    key.disable();
    CHECK(model(x).equal(clean));
    key.enable();
    CHECK_FALSE(model(x).equal(clean));
    key.remove();
    CHECK(model(x).equal(clean));
}

TEST_CASE_FIXTURE(fixture, "the loaded module is never written, though it ran before") {
    (void)plain.forward({x});
    const std::string code = plain.get_method("forward").graph()->toString();
    hooks.add(c_attn(), on<Q>().zero());
    const auto scope = hooks.activate();
    CHECK_FALSE(model(x).equal(unhooked()));
    CHECK(plain.get_method("forward").graph()->toString() == code);
}

TEST_CASE_FIXTURE(fixture, "two Scripts of one module have hooks of their own") {
    const Script other(plain);
    const auto zero = hooks.add(c_attn(), on<Q>().zero());
    HookSet more;
    const auto twice = more.add(site<Qkv>(other, "c_attn"), on<Qkv>().multiply(2));
    const auto scope = hooks.activate();
    const auto other_scope = more.activate();
    CHECK(model(x).allclose(with_q_zeroed(), 1e-6, 1e-6));
    CHECK(other(x).allclose(by_hand([](const at::Tensor& t) { return t * 2; }), 1e-6, 1e-6));
}

TEST_CASE_FIXTURE(fixture, "copies of a Script share its sites") {
    const Script copy = model;
    hooks.add(c_attn(), on<Q>().zero());
    const auto scope = hooks.activate();
    CHECK(copy(x).allclose(with_q_zeroed(), 1e-6, 1e-6));
}

TEST_CASE_FIXTURE(fixture, "arguments are given in order, by name, or left to their defaults") {
    hooks.add(c_attn(), on<Q>().zero());
    const at::Tensor expected = with_q_zeroed();
    const auto scope = hooks.activate();
    CHECK(model.forward(x, 2.0).toTensor().allclose(expected * 2, 1e-6, 1e-6));
    CHECK(model.run({x}, {{"scale", 3.0}}).toTensor().allclose(expected * 3, 1e-6, 1e-6));
    CHECK(model(x).allclose(expected, 1e-6, 1e-6));
    CHECK_THROWS_AS(model(x, 1.0, x), std::exception);
    static_assert(!std::invocable<Script, std::thread>);
}

TEST_CASE_FIXTURE(fixture, "gradients through an edited site are those of the edit by hand") {
    hooks.add(c_attn(), on<Q>().multiply(3) | on<V>().zero());
    x.requires_grad_();
    const at::Tensor weight = plain.attr("c_attn").toModule().attr("weight").toTensor().requires_grad_();
    const at::Tensor factors = at::tensor({3., 3., 1., 1., 0., 0.}).to(at::kFloat);
    by_hand([&](const at::Tensor& t) { return t * factors; }).square().sum().backward();
    const at::Tensor of_x = x.grad().clone(), of_weight = weight.grad().clone();
    x.grad().zero_();
    weight.grad().zero_();

    const auto scope = hooks.activate();
    for (int run = 0; run < 3; ++run) {  // the executors of TorchScript specialise after the first runs
        model(x).square().sum().backward();
        CHECK(x.grad().allclose(of_x, 1e-5, 1e-6));
        CHECK(weight.grad().allclose(of_weight, 1e-5, 1e-6));
        x.grad().zero_();
        weight.grad().zero_();
    }
}

TEST_CASE_FIXTURE(fixture, "a hook for the gradient edits it on its way back") {
    x.requires_grad_();
    const auto key = hooks.add_backward(c_attn(), on<Qkv>().zero());
    const auto scope = hooks.activate();
    model(x).sum().backward();
    CHECK(key.fired() == 1);
    CHECK(x.grad().equal(at::zeros({3, 4})));
}

TEST_CASE_FIXTURE(fixture, "a hook for the gradient is in no call: the pass is over") {
    x.requires_grad_();
    std::string said;
    hooks.add_backward(c_attn(),
                       [&](const View<Qkv>&) { said = message_of<HookError>([] { (void)script::call_number(); }); });
    const auto scope = hooks.activate();
    model(x).sum().backward();
    CHECK(says(said, "call_number() was called outside of a hook"));
}

TEST_CASE_FIXTURE(fixture, "gradients reach an injected tensor") {
    const at::Tensor injected = at::zeros({2}).requires_grad_();
    hooks.add(c_attn(), on<Q>().set(injected));
    const auto scope = hooks.activate();
    model(x).sum().backward();
    CHECK(injected.grad().ne(0).all().item<bool>());
}

TEST_CASE_FIXTURE(fixture, "a model runs with gradients, without and in inference mode, in any order") {
    hooks.add(c_attn(), on<Q>().zero());
    for (const at::Tensor& parameter : plain.parameters()) parameter.set_requires_grad(true);
    const at::Tensor expected = with_q_zeroed().detach();
    const auto scope = hooks.activate();
    for (int round = 0; round < 3; ++round) {
        CHECK(model(x.clone().requires_grad_()).allclose(expected, 1e-6, 1e-6));
        const at::NoGradGuard no_gradients;
        CHECK(model(x).allclose(expected, 1e-6, 1e-6));
        const c10::InferenceMode inference;
        const at::Tensor result = model(x);
        CHECK(result.is_inference());
        CHECK(result.allclose(expected, 1e-6, 1e-6));
    }
}

TEST_CASE_FIXTURE(fixture, "two threads with different hooks do not see each other's") {
    const at::Tensor zeroed = with_q_zeroed(), doubled = by_hand([](const at::Tensor&t) { return t * 2; });
    HookSet other;
    const auto zero = hooks.add(c_attn(), on<Q>().zero());
    const auto twice = other.add(c_attn(), on<Qkv>().multiply(2));
    const auto all_are = [&](const HookSet& set, const at::Tensor& expected, bool& right) {
        const auto scope = set.activate();
        right = true;
        for (int i = 0; i < 200; ++i) right &= model(x).allclose(expected, 1e-6, 1e-6);
    };
    bool first = false, second = false;
    std::thread a([&] { all_are(hooks, zeroed, first); }), b([&] { all_are(other, doubled, second); });
    a.join();
    b.join();
    CHECK(first);
    CHECK(second);
}

TEST_CASE_FIXTURE(fixture, "a callback may run the model, without hooks") {
    const at::Tensor clean = unhooked();
    at::Tensor inner;
    hooks.add(c_attn(), [&](const View<Qkv>&) { inner = model(x); });
    const auto scope = hooks.activate();
    (void)model(x);
    CHECK(inner.equal(clean));
}

TEST_CASE_FIXTURE(fixture, "the exception of a hook reaches the caller, and the model can be run again") {
    const auto throwing = [&](auto callback, const auto& check) {
        HookSet alone;
        alone.add(site(model, "c_attn"), callback).may_be_idle();
        const auto scope = alone.activate();
        check();
    };
    throwing([](const at::Tensor& t) { return t.narrow(0, 0, 1); },
             [&] {
                 CHECK(says(message_of<ShapeError>([&] { (void)model(x); }), "c_attn: the hook returned shape [1, 6]",
                            "[3"));
             });
    throwing([](const at::Tensor& t) { return t.to(at::kDouble); },
             [&] { CHECK(says(message_of<TypeError>([&] { (void)model(x); }), "c_attn: the hook returned float64")); });
    throwing([](const at::Tensor& t) { t.zero_(); },
             [&] { CHECK(says(message_of<OwnershipError>([&] { (void)model(x); }), "c_attn: the hook wrote")); });
    throwing([](const at::Tensor&) { throw std::out_of_range("mine"); },
             [&] { CHECK(says(message_of<HookError>([&] { (void)model(x); }), "c_attn: the hook threw: mine")); });
    throwing([](const at::Tensor&) { throw 7; }, [&] { CHECK_THROWS_AS(model(x), int); });
    CHECK(model(x).equal(unhooked()));
}

TEST_CASE_FIXTURE(fixture, "an error of the model's own is not taken for a hook's") {
    hooks.add(c_attn(), [](const View<Qkv>&) {}).may_be_idle();
    const auto scope = hooks.activate();
    CHECK(says(message_of<HookError>([&] { (void)model(at::ones({3, 5})); }), "x") == false);
    CHECK_THROWS_WITH_AS(model(at::ones({3, 5})), doctest::Contains("mat1 and mat2"), std::exception);
}

TEST_CASE_FIXTURE(fixture, "a layout that does not fit is refused when the model runs, naming the site") {
    hooks.add(site<Qkv>(model, "proj"), on<Q>().zero());
    const auto scope = hooks.activate();
    CHECK(says(message_of<ShapeError>([&] { (void)model(x); }), "proj", "3", "6"));
}

TEST_CASE_FIXTURE(fixture, "a missing site is refused with the reason") {
    CHECK(says(message_of<HookError>([&] { (void)site(model, "spare"); }), "'spare' is never called by forward"));
    CHECK(says(message_of<HookError>([&] { (void)site(model, "spare.input"); }), "'spare' is never called by forward"));
    CHECK(says(message_of<HookError>([&] { (void)site(model, "c_atn"); }), "no site matches 'c_atn'",
               "(similar: \"c_attn\")", "the model has no c_atn: it has c_attn, proj, spare, input"));
    CHECK(says(message_of<HookError>([&] { (void)site(model, "c_attn.output.1"); }), "'c_attn' takes (Tensor)",
               "returns Tensor"));
    CHECK(says(message_of<HookError>([&] { (void)sites(model, "h.*"); }), "no site matches 'h.*'", "c_attn"));
    CHECK(says(message_of<HookError>([&] { (void)site(model, "model.proj"); }),
               "paths begin inside the model: write proj"));
    CHECK(says(message_of<HookError>([&] { (void)site(model, "q_proj"); }),
               "Q is usually part of c_attn, which has no layout"));
    CHECK(says(message_of<HookError>([&] { (void)site(model, "proj.bias"); }), "proj.bias is an attribute of type"));
}

TEST_CASE("a model is loaded from its file, with all its sites") {
    const files::Folder folder;
    made().save((folder / "m.pt").string());
    const Script model = script::load(folder / "m.pt"), on_cpu = script::load(folder / "m.pt", at::kCPU);
    const at::Tensor x = at::ones({1, 4});
    HookSet hooks;
    hooks.add(site<Qkv>(model, "c_attn"), on<Qkv>().zero());
    const auto scope = hooks.activate();
    CHECK(model(x).equal(at::ones({1, 3})));
    CHECK(on_cpu(x).equal(made().forward({x}).toTensor()));
}

TEST_CASE("a file that is missing, or no TorchScript model, is refused by name") {
    CHECK(says(message_of<FileError>([] { (void)script::load("/no/such/model.pt"); }), "/no/such/model.pt",
               "does not exist"));
    const files::Folder folder;
    files::write_bytes(folder / "text.pt", "this is not a model");
    CHECK(says(message_of<FileError>([&] { (void)script::load(folder / "text.pt"); }), "text.pt", "cannot load"));
}
