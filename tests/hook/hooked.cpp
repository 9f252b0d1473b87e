#include "suture/hook/hooked.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_set.hpp"

#include <ATen/ATen.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/container/any.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/modules/rnn.h>
#include <torch/serialize/input-archive.h>
#include <torch/serialize/output-archive.h>

#include "doctest.hpp"
#include "message.hpp"

#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
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
    const auto key = hooks.add(module, [](const auto&) {}).may_be_idle();
    const auto scope = hooks.activate();
    run();
    return key.fired();
}

/// A user's module: a const forward with two arguments, one of them a value, and a site of its own.
struct ScaleImpl : Cloneable<ScaleImpl>, HasSites {
    HookPoint<Qkv> before;
    void visit_sites(const SiteVisitor& visit) override { visit("before", before); }
    ScaleImpl() { reset(); }
    void reset() override { factor = register_parameter("factor", at::full({1}, 2.0f)); }
    at::Tensor forward(const at::Tensor& x, double more) const { return before(x) * factor * more; }
    at::Tensor factor;
};
TORCH_MODULE(Scale);

/// Everything a forward may take and give: by value, in tuples, optionals and vectors.
struct ManyImpl : Cloneable<ManyImpl> {
    using result = std::tuple<at::Tensor, std::vector<at::Tensor>, std::optional<at::Tensor>, int>;
    void reset() override {}
    result forward(at::Tensor a, const std::vector<at::Tensor>& more, std::optional<at::Tensor> maybe, int n) {
        std::vector<at::Tensor> doubled;
        for (const at::Tensor& t : more) doubled.push_back(t * 2);
        return {a + 1, doubled, maybe ? std::optional(*maybe * 3) : std::nullopt, n};
    }
};
TORCH_MODULE(Many);

/// A model that holds a hooked module.
struct ModelImpl : Cloneable<ModelImpl> {
    HookedLinear fc{nullptr};
    ModelImpl() { reset(); }
    void reset() override {
        fc = register_module("fc", HookedLinear(4, 6));
        name_sites(*this);
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

TEST_CASE("the caller gets a hook's result, however the module is called") {
    HookedLinear fc(4, 6);
    HookSet hooks;
    hooks.add(fc, on<Qkv>().set(7));
    const auto scope = hooks.activate();
    const at::Tensor sevens = at::full({3, 6}, 7.0f);
    CHECK(fc(input()).equal(sevens));
    CHECK(fc->forward(input()).equal(sevens));
    CHECK(AnyModule(fc).forward(input()).equal(sevens));
    CHECK(Sequential(fc)->forward(input()).equal(sevens));
}

TEST_CASE("without hooks a hooked module computes the same as the plain one") {
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
    const Hooked<Scale, Qkv>::Impl& unchanging = *scale;
    CHECK(firings(scale, [&] { (void)unchanging.forward(at::ones({6}), 3.0); }) == 1);
}

TEST_CASE("hooks at the input run before the module, on its arguments") {
    HookedLinear fc(4, 6);
    HookSet hooks;
    const auto key = hooks.add(fc->input, [](const at::Tensor& t) { return t * 0; });
    const at::Tensor x = input(), bias = fc->bias.expand({3, 6});
    const auto scope = hooks.activate();
    CHECK(fc(x).equal(bias));
    CHECK(fc->forward(x).equal(bias));
    CHECK(AnyModule(fc).forward(x).equal(bias));
    CHECK(Sequential(fc)->forward(x).equal(bias));
    CHECK(x.equal(input()));
    CHECK(key.fired() == 4);
    at::Tensor changing = input();  // a variable, as in x = fc(x)
    CHECK(fc(changing).equal(bias));
    CHECK(changing.equal(input()));
}

TEST_CASE("an input may have a layout, and takes recipes for it") {
    Hooked<Linear, AnyLayout, Qkv> proj(6, 2);
    HookSet hooks;
    hooks.add(proj->input, on<suture::Q>().zero());
    const at::Tensor x = at::ones({3, 6});
    const at::Tensor expected = (*Linear(*proj)).forward((borrow<Qkv>(x) | on<suture::Q>().zero()).take());
    const auto scope = hooks.activate();
    CHECK(proj(x).equal(expected));
}

TEST_CASE("every tensor among the arguments and in the result passes a site of its own") {
    Hooked<Many> many;
    HookSet hooks;
    const auto plus_ten = [](const at::Tensor& t) { return t + 10; };
    const auto in = hooks.add(many->input, plus_ten), vector_in = hooks.add(many->other_inputs[0], plus_ten);
    hooks.add(many->other_inputs[1], plus_ten).may_be_idle();
    hooks.add(many->output, [](const at::Tensor& t) { return -t; });
    const auto vector_out = hooks.add(many->other_outputs[0], [](const at::Tensor& t) { return -t; });
    const auto maybe_out = hooks.add(many->other_outputs[1], [](const at::Tensor& t) { return -t; }).may_be_idle();
    const at::Tensor one = at::ones({1});
    const std::vector<at::Tensor> ones{one, one};
    const auto scope = hooks.activate();
    const auto [a, more, maybe, n] = many(one, ones, std::optional(one), 5);
    CHECK(a.item<float>() == -12);
    CHECK(more.at(1).item<float>() == -22);
    CHECK(maybe->item<float>() == -33);
    CHECK(n == 5);
    CHECK(vector_in.fired() == 2);
    CHECK(vector_out.fired() == 2);
    CHECK(ones[0].item<float>() == 1);
    const auto [b, none, nothing, m] = many->forward(one, {}, std::nullopt, 6);
    CHECK(b.item<float>() == -12);
    CHECK_FALSE(nothing.has_value());
    CHECK(maybe_out.fired() == 1);
}

TEST_CASE("arguments pass the sites of the module's parameters, whatever is given for them") {
    Hooked<Many> many;
    HookSet hooks;
    hooks.add(many->other_inputs[1], [](const at::Tensor& t) { return t * 100; });
    const auto scope = hooks.activate();
    const at::Tensor one = at::ones({1});
    at::Tensor variable = one.clone();
    std::vector<at::Tensor> list{one};
    CHECK(std::get<2>(many(variable, list, variable, 1))->item<float>() == 300);
    CHECK(std::get<2>(many->forward(variable, list, variable, 1))->item<float>() == 300);
    CHECK(variable.item<float>() == 1);
}

TEST_CASE("a module that cannot be copied can be hooked, and refuses to be cloned as the plain one does") {
    struct LonelyImpl : Module {
        std::unique_ptr<int> own = std::make_unique<int>(2);
        at::Tensor forward(const at::Tensor& x) const noexcept { return x * *own; }
    };
    struct Lonely : ModuleHolder<LonelyImpl> {};
    Hooked<Lonely> lonely(std::make_shared<Hooked<Lonely>::Impl>());
    CHECK(firings(lonely, [&] { (void)std::as_const(*lonely).forward(input()); }) == 1);
    CHECK_THROWS_AS((void)lonely->clone(), c10::Error);
}

TEST_CASE("recurrent and attention modules of LibTorch give tuples and can be hooked") {
    Hooked<LSTM> lstm(4, 6);
    CHECK(firings(lstm, [&] { (void)lstm(at::ones({2, 1, 4})); }) == 1);
    HookSet hooks;
    hooks.add(lstm->other_outputs[1], [](const at::Tensor& c) { return at::zeros_like(c); });
    {
        const auto scope = hooks.activate();
        const auto [output, states] = lstm(at::ones({2, 1, 4}));
        CHECK(std::get<1>(states).equal(at::zeros({1, 1, 6})));
        CHECK_FALSE(std::get<0>(states).equal(at::zeros({1, 1, 6})));
    }
    Hooked<MultiheadAttention> attention(MultiheadAttentionOptions(4, 2));
    const at::Tensor x = at::ones({3, 1, 4});
    CHECK(firings(attention->other_outputs[0], [&] { (void)attention(x, x, x); }) == 1);
    CHECK(firings(attention->other_inputs[1], [&] { (void)attention(x, x, x); }) == 1);
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
    CHECK(copy->fc->output.name() == "fc");
    CHECK(copy->fc->input.name() == "fc.input");
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
    hooks.add(fc, [&](const at::Tensor& t) { seen = t.clone(); });
    hooks.add<Qkv>(fc, on<suture::Q>().zero());
    const auto scope = hooks.activate();
    const at::Tensor result = fc(input());
    CHECK(seen.sizes() == at::IntArrayRef({3, 6}));
    CHECK(result.narrow(-1, 0, 2).equal(at::zeros({3, 2})));
}

TEST_CASE("an error at a hooked module names its site") {
    HookedLinear fc(4, 6);
    fc->output.rename("h.3.c_attn");
    HookSet hooks;
    hooks.add(fc, on<suture::Q>(token(9)).zero());
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
    hooks.add(fc, on<suture::Q>().zero());
    const auto scope = hooks.activate();
    fc(input()).sum().backward();
    CHECK(fc->weight.grad()[0].equal(at::zeros({4})));
    CHECK(fc->weight.grad()[5].equal(at::full({4}, 3.0f)));
}
