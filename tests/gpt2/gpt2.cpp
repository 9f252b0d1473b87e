// GPT-2 as modules, checked against the recorded activations of a published model and the laws of causal attention.
#include "suture/gpt2/gpt2.hpp"

#include "suture/edit/on.hpp"
#include "suture/gpt2/load.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/tensor/cat.hpp"

#include "doctest.hpp"
#include "gpt2/nano_sort.hpp"

#include <ATen/ops/linspace.h>
#include <ATen/ops/randint.h>
#include <torch/serialize.h>
#include <range/v3/view/enumerate.hpp>

#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {
using namespace suture;
using Nano = Decoder;
using NanoQkv = Gpt2Qkv<48, 3>;

double distance(const at::Tensor& a, const at::Tensor& b) { return a.sub(b).abs().max().item<double>(); }

Gpt2Config small_config() {
    Gpt2Config c;
    c.width = 48, c.heads = 3, c.inner = 192, c.layers = 2, c.positions = 16, c.vocabulary = 7;
    return c;
}

/// Runs the model and keeps the activation at each site, by the site's name.
std::map<std::string, at::Tensor> record(Decoder& model, const at::Tensor& ids) {
    std::map<std::string, at::Tensor> seen;
    HookSet hooks;
    std::vector<HookKey> keys;
    const auto keep = [&](const auto& site) {
        const auto store = [&seen](const auto& activation, const Site& at) { seen[at.name()] = activation.clone(); };
        keys.push_back(hooks.add(site, store));
    };
    for (const auto& block : model->blocks) {
        keep(block->resid_pre), keep(block->attn_norm), keep(block->attn->qkv), keep(block->attn->scores);
        keep(block->attn->pattern), keep(block->attn->z), keep(block->attn->out), keep(block->resid_mid);
        keep(block->mlp_norm), keep(block->mlp->hidden), keep(block->mlp->act), keep(block->mlp->down),
            keep(block->resid_post);
    }
    keep(model->final_norm);
    const auto scope = hooks.activate();
    seen["logits"] = model->forward(ids);
    for (const HookKey& key : keys) CHECK(key.fired() == 1);
    return seen;
}
}  // namespace

TEST_CASE("every recorded stage of nano-sort is reproduced to 1e-5") {
    const auto directory = nano_sort();
    if (!directory) return;
    const at::NoGradGuard no_gradients;
    auto model = gpt2::load(*directory);
    const Safetensors recorded = Safetensors::open(*directory / "activations.safetensors");
    auto seen = record(model, recorded.load("idx"));

    const auto qkv = borrow<NanoQkv>(seen["h.0.attn.c_attn"]);
    const auto by_head = [&qkv](const auto& place) { return qkv[place].clone().transpose(1, 2); };
    seen["q"] = by_head(on<Q>(heads())), seen["k"] = by_head(on<K>(heads())), seen["v"] = by_head(on<V>(heads()));
    seen["probs"] = seen["logits"].softmax(-1);
    seen["wte"] = model->token_embedding(recorded.load("idx"));
    seen["wpe"] = model->position_embedding(at::arange(11)).unsqueeze(0);

    const std::map<std::string, std::string> stages{{"tok_emb", "wte"},
                                                    {"pos_emb", "wpe"},
                                                    {"x", "h.0.resid_pre"},
                                                    {"ln1", "h.0.ln_1"},
                                                    {"qkv", "h.0.attn.c_attn"},
                                                    {"q", "q"},
                                                    {"k", "k"},
                                                    {"v", "v"},
                                                    {"att", "h.0.attn.scores"},
                                                    {"attSm", "h.0.attn.pattern"},
                                                    {"y", "h.0.attn.z"},
                                                    {"yProj", "h.0.attn.c_proj"},
                                                    {"attnResid", "h.0.resid_mid"},
                                                    {"ln2", "h.0.ln_2"},
                                                    {"fc", "h.0.mlp.c_fc"},
                                                    {"gelu", "h.0.mlp.act"},
                                                    {"mlp", "h.0.mlp.c_proj"},
                                                    {"mlpResid", "h.0.resid_post"},
                                                    {"block0", "h.0.resid_post"},
                                                    {"block1", "h.1.resid_post"},
                                                    {"block2", "h.2.resid_post"},
                                                    {"ln_f", "ln_f"},
                                                    {"lm_head", "logits"},
                                                    {"probs", "probs"}};
    for (const std::string& name : recorded.names()) {
        if (name == "idx") continue;
        CAPTURE(name);
        REQUIRE(stages.contains(name));
        const at::Tensor expected = recorded.load(name), came = seen.at(stages.at(name));
        REQUIRE(came.sizes() == expected.sizes());
        // Scores of keys after the query are meaningless: the publisher masked them or not.
        const at::Tensor counts = name == "att" ? at::ones({11, 11}).tril().gt(0) : at::ones(expected.sizes()).gt(0);
        CHECK(distance(came.masked_fill(counts.logical_not(), 0), expected.masked_fill(counts.logical_not(), 0)) <=
              1e-5);
    }
}

TEST_CASE("an erf GELU instead of the tanh GELU is detected") {
    const auto directory = nano_sort();
    if (!directory) return;
    const at::NoGradGuard no_gradients;
    auto model = gpt2::load(*directory);
    Gpt2Config config = gpt2::config_of(model->config());
    config.activation = ActivationFunction::gelu_erf;
    Nano other(config);
    for (const auto& p : other->named_parameters()) p.value().set_data(model->named_parameters()[p.key()]);
    const Safetensors recorded = Safetensors::open(*directory / "activations.safetensors");
    CHECK(distance(other->forward(recorded.load("idx")), recorded.load("lm_head")) > 1e-3);
}

TEST_CASE("causal attention obeys its laws under every typed edit") {
    const at::NoGradGuard no_gradients;
    Nano model(small_config());
    const at::Tensor ids = at::randint(7, {2, 9}, at::kLong);
    const auto& site = model->blocks[1]->attn->qkv;
    const auto clean = record(model, ids);
    const auto edited = [&](auto recipe) {
        HookSet hooks;
        hooks.add(site, recipe);
        const auto scope = hooks.activate();
        return record(model, ids);
    };
    const auto rows_before = [](const at::Tensor& t, Index end) { return t.narrow(1, 0, end); };

    SUBCASE("editing the value leaves the pattern bitwise unchanged") {
        const auto seen = edited(on<V>(token(3)).add(1.0));
        CHECK(seen.at("h.1.attn.pattern").equal(clean.at("h.1.attn.pattern")));
        CHECK_FALSE(seen.at("logits").equal(clean.at("logits")));
    }
    SUBCASE("editing key or value at a token changes no output before it") {
        for (const at::Tensor& z :
             {edited(on<K>(token(5)).add(1.0)).at("h.1.attn.z"), edited(on<V>(token(5)).add(1.0)).at("h.1.attn.z")}) {
            CHECK(rows_before(z, 5).equal(rows_before(clean.at("h.1.attn.z"), 5)));
            CHECK_FALSE(z.equal(clean.at("h.1.attn.z")));
        }
    }
    SUBCASE("editing the query at a token changes that row of attention only") {
        const at::Tensor changed = edited(on<Q>(token(5)).add(1.0)).at("h.1.attn.z").ne(clean.at("h.1.attn.z"));
        CHECK(changed.select(1, 5).any().item<bool>());
        CHECK_FALSE(changed.narrow(1, 0, 5).any().item<bool>());
        CHECK_FALSE(changed.narrow(1, 6, 3).any().item<bool>());
    }
    SUBCASE("editing the query of the first token changes nothing: it has one key to attend to") {
        CHECK(edited(on<Q>(token(0)).add(3.0)).at("logits").equal(clean.at("logits")));
    }
    SUBCASE("setting a component to its own value changes no bit of the logits") {
        const auto own = borrow<NanoQkv>(clean.at("h.1.attn.c_attn"));
        CHECK(edited(on<Q>().set(own[on<Q>()]) | on<V>().set(own[on<V>()])).at("logits").equal(clean.at("logits")));
    }
    SUBCASE("zeroing a head at z removes what that head writes and nothing else") {
        HookSet hooks;
        hooks.add(model->blocks[1]->attn->z, on<Z>(head<1>).zero());
        const auto scope = hooks.activate();
        const at::Tensor seen = record(model, ids).at("h.1.attn.z");
        const auto z = borrow<Z<48, 3>>(seen), own = borrow<Z<48, 3>>(clean.at("h.1.attn.z"));
        CHECK(z[on<Z>(head<1>)].norm().item<double>() == 0);
        for (const Index h : {0, 2}) CHECK(z[on<Z>(head(h))].equal(own[on<Z>(head(h))]));
    }
}

TEST_CASE("a clone of the model computes the same and has its own sites") {
    const at::NoGradGuard no_gradients;
    Nano model(small_config());
    const auto copy = std::dynamic_pointer_cast<DecoderImpl>(model->clone());
    REQUIRE(copy);
    const at::Tensor ids = at::randint(7, {1, 5}, at::kLong);
    const at::Tensor clean = model->forward(ids);
    CHECK(copy->forward(ids).equal(clean));
    CHECK(copy->blocks[1]->attn->qkv->output.name() == "h.1.attn.c_attn");

    HookSet hooks;
    const HookKey key = hooks.add(model->blocks[0]->attn->qkv, on<V>().zero());
    const auto scope = hooks.activate();
    CHECK_FALSE(model->forward(ids).equal(clean));
    CHECK(copy->forward(ids).equal(clean));
    for (auto& parameter : copy->parameters()) parameter.zero_();
    CHECK(key.fired() == 1);
}

TEST_CASE("the model survives a change of dtype and a checkpoint") {
    const at::NoGradGuard no_gradients;
    Nano model(small_config()), other(small_config());
    const at::Tensor ids = at::randint(7, {1, 5}, at::kLong);
    std::stringstream file;
    torch::serialize::OutputArchive out;
    model->save(out);
    out.save_to(file);
    torch::serialize::InputArchive in;
    in.load_from(file);
    other->load(in);
    CHECK(other->forward(ids).equal(model->forward(ids)));
    model->to(at::kDouble);
    CHECK(model->forward(ids).scalar_type() == at::kDouble);
    CHECK(distance(model->forward(ids), other->forward(ids)) < 1e-5);
}

TEST_CASE("parameters have the names of Hugging Face's implementation") {
    const Nano model(small_config());
    const auto names = model->named_parameters();
    for (const char* name :
         {"wte.weight", "wpe.weight", "h.0.ln_1.weight", "h.1.attn.c_attn.weight", "h.1.attn.c_proj.bias",
          "h.0.ln_2.bias", "h.0.mlp.c_fc.weight", "h.1.mlp.c_proj.weight", "ln_f.bias"})
        CHECK(names.contains(name));
    CHECK(names["h.0.attn.c_attn.weight"].sizes() == at::IntArrayRef({48, 144}));
    CHECK(names.size() == 2 + 2 * 12 + 2);
}

TEST_CASE("gradients flow through an edited pass") {
    Nano model(small_config());
    const at::Tensor ids = at::randint(7, {1, 5}, at::kLong);
    const at::Tensor injected = at::zeros({48}).requires_grad_(true);
    HookSet hooks;
    hooks.add(model->blocks[1]->attn->qkv, on<V>(token(2)).set(injected));
    const auto scope = hooks.activate();
    model->forward(ids).pow(2).sum().backward();
    CHECK(injected.grad().abs().sum().item<double>() > 0);
    CHECK(model->blocks[0]->attn->qkv->weight.grad().abs().sum().item<double>() > 0);
}

TEST_CASE("ids of every integer dtype are accepted") {
    const at::NoGradGuard no_gradients;
    Nano model(small_config());
    const at::Tensor ids = at::randint(7, {2, 5}, at::kLong), logits = model->forward(ids);
    for (const at::ScalarType dtype : {at::kInt, at::kShort, at::kChar, at::kByte})
        CHECK(model->forward(ids.to(dtype)).equal(logits));
}

TEST_CASE("invalid ids are refused with a remedy") {
    Nano model(small_config());
    CHECK_THROWS_WITH_AS(model->forward(at::Tensor()), doctest::Contains("an undefined tensor: give integers"),
                         TypeError);
    CHECK_THROWS_WITH_AS(model->forward(at::zeros({1, 2})), doctest::Contains("float32 [1, 2] on cpu: give integers"),
                         TypeError);
    CHECK_THROWS_WITH_AS(model->forward(at::zeros({3}, at::kLong)), doctest::Contains("[3]: give [batch, tokens]"),
                         ShapeError);
    CHECK_THROWS_WITH_AS(model->forward(at::zeros({1, 17}, at::kLong)),
                         doctest::Contains("17 tokens exceed the model's 16"), ShapeError);
    CHECK_THROWS_WITH_AS(model->forward(at::ones({1, 2}, at::kLong).mul(7)),
                         doctest::Contains("token id 7 is outside the vocabulary of 7"), ValueError);
    CHECK_THROWS_WITH_AS(model->forward(at::ones({1, 2}, at::kLong).neg()), doctest::Contains("token id -1"),
                         ValueError);
    CHECK(model->forward(at::zeros({0, 4}, at::kLong)).sizes() == at::IntArrayRef({0, 4, 7}));
    CHECK(model->forward(at::zeros({2, 0}, at::kLong)).sizes() == at::IntArrayRef({2, 0, 7}));
}

TEST_CASE("a layer that does not exist is refused") {
    const Nano model(small_config());
    CHECK_THROWS_WITH_AS(model->blocks[2], doctest::Contains("layer 2 is outside the model, which has 2"),
                         PositionError);
}

TEST_CASE("an MLP has as many neurons as the configuration says, and its sites tell them") {
    Gpt2Config thick = small_config();
    thick.inner = 100;
    Nano model(thick);
    CHECK(model->blocks[1]->mlp->hidden->weight.sizes() == at::IntArrayRef({48, 100}));
    const at::Tensor ids = at::arange(5, at::kLong).unsqueeze(0);
    const at::Tensor clean = model->forward(ids);
    for (const char* const path : {"h.1.mlp.act", "h.1.mlp.c_fc"}) {
        HookSet hooks;
        hooks.add(site<Mlp<100>>(model, path), on<Mlp>(dims(90, 100)).set(3.0));
        CHECK_FALSE(run_with_hooks(model, hooks, ids).equal(clean));
        CHECK_THROWS_WITH_AS((void)site<Mlp<192>>(model, path), doctest::Contains("100"), TypeError);
        CHECK_THROWS_WITH_AS(hooks.add(site<Mlp<dynamic>>(model, path), on<Mlp>(dims(90, 101)).zero()),
                             doctest::Contains("100"), PositionError);
    }
    const auto copy = std::dynamic_pointer_cast<DecoderImpl>(model->clone());
    CHECK(copy->forward(ids).equal(clean));
    CHECK(site<Mlp<100>>(*copy, "h.0.mlp.act").name() == "h.0.mlp.act");
}
