#include <suture/edit/on.hpp>
#include <suture/hook/hook_set.hpp>
#include <suture/hook/hooked.hpp>

#include <ATen/ATen.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/container/any.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/serialize/input-archive.h>
#include <torch/serialize/output-archive.h>

#include "doctest.hpp"
#include "message.hpp"

#include <memory>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

using namespace suture;
using namespace torch::nn;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<6, suture::Q<2>, suture::K<2>, suture::V<2>>;
using HookedLinear = Hooked<Linear, Qkv>;

namespace {

at::Tensor input() { return at::ones({3, 4}); }

/// How often the site of the module fires while `run` runs.
template <class Module, class Run>
std::size_t firings(const Module& module, const Run& run) {
    HookSet hooks;
    const auto handle = hooks.add(module, [](const auto&) {});
    const auto scope = hooks.activate();
    run();
    return handle.fired();
}

/// A user's module: a const forward with two arguments, one of them a value, and sites of its own.
struct ScaleImpl : Cloneable<ScaleImpl> {
    HookPoint<Qkv> before{"before"};
    ScaleImpl() { reset(); }
    void reset() override { factor = register_parameter("factor", at::full({1}, 2.0f)); }
    at::Tensor forward(const at::Tensor& x, double more) const { return before(x) * factor * more; }
    at::Tensor factor;
};
TORCH_MODULE(Scale);

/// A model that holds a hooked module.
struct ModelImpl : Cloneable<ModelImpl> {
    HookedLinear fc{nullptr};
    ModelImpl() { reset(); }
    void reset() override {
        fc = register_module("fc", HookedLinear(4, 6));
        fc->output.rename("model.fc");
    }
    at::Tensor forward(const at::Tensor& x) { return fc(x); }
};
TORCH_MODULE(Model);

}  // namespace

TEST_CASE("a hooked module fires whichever way it is called") {
    HookedLinear fc(4, 6);
    CHECK(firings(fc, [&] { (void)fc(input()); }) == 1);
    CHECK(firings(fc, [&] { (void)fc->forward(input()); }) == 1);
    CHECK(firings(fc, [&] { (void)AnyModule(fc).forward(input()); }) == 1);
    CHECK(firings(fc, [&] { (void)Sequential(fc)->forward(input()); }) == 1);
    CHECK(firings(fc, [&] { (void)Sequential(Linear(4, 4), fc, ReLU())->forward(input()); }) == 1);
}

TEST_CASE("a hook's result is what the caller gets, whichever way the module is called") {
    HookedLinear fc(4, 6);
    HookSet hooks;
    const auto handle = hooks.add(fc, on<Qkv>().set(7));
    const auto scope = hooks.activate();
    const at::Tensor sevens = at::full({3, 6}, 7.0f);
    CHECK(fc(input()).equal(sevens));
    CHECK(fc->forward(input()).equal(sevens));
    CHECK(AnyModule(fc).forward(input()).equal(sevens));
    CHECK(Sequential(fc)->forward(input()).equal(sevens));
}

TEST_CASE("without hooks a hooked module computes what the plain one does") {
    Linear plain(4, 6);
    HookedLinear fc(*plain);
    CHECK(fc(input()).equal(plain(input())));
    CHECK(fc->weight.is_same(plain->weight));
}

TEST_CASE("modules with several arguments can be hooked") {
    Hooked<Bilinear, Qkv> both(4, 3, 6);
    CHECK(firings(both, [&] { (void)both(input(), at::ones({3, 3})); }) == 1);
    CHECK(firings(both, [&] { (void)AnyModule(both).forward(input(), at::ones({3, 3})); }) == 1);
}

TEST_CASE("modules with default arguments keep them") {
    Hooked<ConvTranspose1d> up(ConvTranspose1dOptions(4, 6, 1));
    CHECK(firings(up, [&] { (void)up(at::ones({1, 4, 3})); }) == 1);
    CHECK(firings(up, [&] { (void)AnyModule(up).forward(at::ones({1, 4, 3})); }) == 1);
    CHECK(firings(up, [&] { (void)Sequential(up)->forward(at::ones({1, 4, 3})); }) == 1);
    Hooked<EmbeddingBag> bag(EmbeddingBagOptions(4, 6));
    CHECK(firings(bag, [&] { (void)bag(at::zeros({2, 2}, at::kLong)); }) == 1);
}

TEST_CASE("modules of other families can be hooked") {
    Hooked<Conv1d> conv(Conv1dOptions(4, 6, 1));
    CHECK(firings(conv, [&] { (void)conv(at::ones({1, 4, 3})); }) == 1);
    Hooked<Embedding, Qkv> embedding(4, 6);
    CHECK(firings(embedding, [&] { (void)embedding(at::zeros({2}, at::kLong)); }) == 1);
    Hooked<LayerNorm, Qkv> norm(LayerNormOptions({6}));
    CHECK(firings(norm, [&] { (void)norm(at::ones({2, 6})); }) == 1);
    Hooked<GELU, Qkv> gelu;
    CHECK(firings(gelu, [&] { (void)gelu(at::ones({2, 6})); }) == 1);
}

TEST_CASE("a user's module with a const forward and values as arguments can be hooked") {
    Hooked<Scale, Qkv> scale;
    CHECK(firings(scale, [&] { (void)scale(at::ones({6}), 3.0); }) == 1);
    CHECK(firings(scale, [&] { (void)scale->forward(at::ones({6}), 3.0); }) == 1);
    CHECK(firings(scale->before, [&] { (void)scale(at::ones({6}), 3.0); }) == 1);
    CHECK(scale(at::ones({6}), 3.0).equal(at::full({6}, 6.0f)));
}

TEST_CASE("a clone has parameters of its own and a site of its own with the same name") {
    HookedLinear fc(4, 6);
    fc->output.rename("h.0.c_attn");
    const auto copy = std::dynamic_pointer_cast<HookedLinear::Impl>(fc->clone());
    REQUIRE(copy);
    CHECK(copy->parameters().size() == 2);
    CHECK(copy->weight.equal(fc->weight));
    CHECK_FALSE(copy->weight.is_alias_of(fc->weight));
    CHECK(copy->parameters()[0].is_same(copy->weight));
    CHECK(copy->output.id() != fc->output.id());
    CHECK(copy->output.name() == "h.0.c_attn");
    CHECK(firings(fc, [&] { (void)copy->forward(input()); }) == 0);
    CHECK(firings(copy, [&] { (void)copy->forward(input()); }) == 1);
}

TEST_CASE("a clone of a model clones its hooked modules, with sites of their own") {
    Model model;
    const auto copy = std::dynamic_pointer_cast<ModelImpl>(model->clone());
    REQUIRE(copy);
    CHECK(copy->fc->weight.equal(model->fc->weight));
    CHECK_FALSE(copy->fc->weight.is_alias_of(model->fc->weight));
    CHECK(copy->fc->output.name() == "model.fc");
    CHECK(firings(copy->fc, [&] { (void)copy->forward(input()); }) == 1);
    CHECK(firings(model->fc, [&] { (void)copy->forward(input()); }) == 0);
}

TEST_CASE("a clone of a Sequential keeps the sites of its modules") {
    HookedLinear fc(4, 6);
    Sequential chain(fc, ReLU());
    const auto copy = std::dynamic_pointer_cast<SequentialImpl>(chain->clone());
    REQUIRE(copy);
    CHECK(copy->forward(input()).equal(chain->forward(input())));
    CHECK(std::dynamic_pointer_cast<HookedLinear::Impl>(copy->ptr(0)) != nullptr);
}

TEST_CASE("conversion to another dtype reaches the parameters") {
    HookedLinear fc(4, 6);
    fc->to(at::kDouble);
    CHECK(fc->weight.scalar_type() == at::kDouble);
    CHECK(fc(input().to(at::kDouble)).scalar_type() == at::kDouble);
    const auto copy = std::dynamic_pointer_cast<HookedLinear::Impl>(fc->clone());
    CHECK(copy->forward(input().to(at::kDouble)).scalar_type() == at::kDouble);
}

TEST_CASE("checkpoints go from the plain module to the hooked one and back") {
    Linear plain(4, 6);
    HookedLinear fc(4, 6);
    const auto carry = [](const Module& from, Module& to) {
        std::stringstream file;
        torch::serialize::OutputArchive out;
        from.save(out);
        out.save_to(file);
        torch::serialize::InputArchive in;
        in.load_from(file);
        to.load(in);
    };
    carry(*plain, *fc);
    CHECK(fc->weight.equal(plain->weight));
    HookedLinear another(4, 6);
    carry(*another, *plain);
    CHECK(plain->bias.equal(another->bias));
}

TEST_CASE("parameters keep their names") {
    HookedLinear fc(4, 6);
    std::vector<std::string> names;
    for (const auto& item : fc->named_parameters()) names.push_back(item.key());
    CHECK(names == std::vector<std::string>{"weight", "bias"});
    CHECK(Model()->named_parameters().contains("fc.weight"));
}

TEST_CASE("a hooked module without a layout lends plain tensors and takes recipes for a layout") {
    Hooked<Linear> fc(4, 6);
    HookSet hooks;
    at::Tensor seen;
    const auto look = hooks.add(fc, [&](const at::Tensor& t) { seen = t.clone(); });
    const auto change = hooks.add<Qkv>(fc, on<suture::Q>().zero());
    const auto scope = hooks.activate();
    const at::Tensor result = fc(input());
    CHECK(seen.sizes() == at::IntArrayRef({3, 6}));
    CHECK(result.narrow(-1, 0, 2).equal(at::zeros({3, 2})));
}

TEST_CASE("an error at a hooked module names its site") {
    HookedLinear fc(4, 6);
    fc->output.rename("h.3.c_attn");
    HookSet hooks;
    const auto handle = hooks.add(fc, on<suture::Q>(token(9)).zero());
    const auto scope = hooks.activate();
    CHECK(says(message_of<PositionError>([&] { (void)fc(input()); }), "h.3.c_attn: Q[token 9] = 0: token 9"));
}

TEST_CASE("a hook at an empty holder is refused by suture") {
    HookedLinear fc{nullptr};
    HookSet hooks;
    CHECK(says(message_of<HookError>([&] { (void)hooks.add(fc, on<suture::Q>().zero()); }), "empty"));
}

TEST_CASE("gradients reach the parameters of a hooked module") {
    HookedLinear fc(4, 6);
    HookSet hooks;
    const auto handle = hooks.add(fc, on<suture::Q>().zero());
    const auto scope = hooks.activate();
    fc(input()).sum().backward();
    CHECK(fc->weight.grad()[0].equal(at::zeros({4})));
    CHECK(fc->weight.grad()[5].equal(at::full({4}, 3.0f)));
}
