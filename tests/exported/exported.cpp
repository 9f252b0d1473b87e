#include "suture/exported/exported.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/edit/on.hpp"
#include "suture/file/safetensors.hpp"
#include "suture/hook/board.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/hook/sequence_pass.hpp"
#include "suture/record/latest.hpp"
#include "suture/record/run_with_cache.hpp"

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

using Qkv = Gpt2Qkv<16, 2>;

namespace {

/// An archive that Python wrote, and what Python computes with it (data/make_archives.py).
struct Written {
    explicit Written(const std::string& name)
        : model(exported::load(path(name, ".pt2"))), values(Safetensors::open(path(name, ".safetensors"))) {}
    static std::filesystem::path path(const std::string& name, const char* ending) {
        return std::filesystem::path(SUTURE_SOURCE_DIR) / "tests/exported/data" / (name + ending);
    }
    at::Tensor input() const { return values.load("in." + model.input_names().front()); }
    at::Tensor operator[](const std::string& name) const { return values.load(name); }

    Exported model;
    Safetensors values;
};

/// Python ran another version of the same kernels.
bool agrees(const at::Tensor& ours, const at::Tensor& pythons) {
    return ours.sizes() == pythons.sizes() && at::allclose(ours, pythons, 1e-4, 1e-5);
}

const std::vector<std::string> names{"own",       "own_dynamic",  "gpt2",          "gpt2_dynamic",
                                     "gpt2_sdpa", "neox_dynamic", "llama_dynamic", "llama_sdpa_dynamic",
                                     "falcon",    "vit",          "twice",         "counter",
                                     "scopes"};

}  // namespace

TEST_CASE("every archive gives what Python gives: results, a module's output, an edit through a hook, its gradient") {
    for (const std::string& name : names) {
        CAPTURE(name);
        const Written written(name);
        const at::Tensor x = written.input();
        const SiteRef<AnyLayout> at = site(written.model, written.values.metadata().at("module"));
        CHECK(agrees(written.model(x), written["logits"]));
        if (written.values.contains("logits2"))
            CHECK(agrees(written.model(written["in2." + written.model.input_names().front()]), written["logits2"]));

        HookSet halve;
        halve.add(at, [](const at::Tensor& t) { return t * 0.5; });
        CHECK(agrees(run_with_hooks(written.model, halve, x), written["edited"]));

        HookSet looks;
        Latest<AnyLayout> seen, gradient;
        looks.add(at, seen);
        looks.add_backward(at, gradient);
        const auto scope = looks.activate();
        const at::Tensor logits = written.model(x);
        (logits.dim() == 3 ? logits[0][-1][0] : logits.flatten()[-1]).backward();
        CHECK(agrees(seen[at.name()], written["site"]));
        CHECK(agrees(gradient[at.name()], written["grad"]));
    }
}

TEST_CASE("further results have the names that Python gave them") {
    const Written twice("twice");
    const ExportedOutputs all = twice.model.run(twice.input());
    CHECK(all.names() == std::vector<std::string>{"z", "more.0", "more.1", "more.2"});
    CHECK(agrees(all["z"], twice["logits"]));
    CHECK(agrees(all["more.0"], twice["out.1"]));
    CHECK(all.value("more.1").isNone());
    CHECK(all["more.2"].equal(twice["out.2"]));
    CHECK(twice.model.run(twice.input())[0].equal(all["z"]));
}

TEST_CASE("inputs are given by their names as well") {
    const Written gpt2("gpt2");
    CHECK(gpt2.model.input_names() == std::vector<std::string>{"input_ids"});
    CHECK(gpt2.model({{"input_ids", gpt2.input()}}).equal(gpt2.model(gpt2.input())));
    CHECK(gpt2.model.run({{"input_ids", gpt2.input()}}).contains("logits"));
    CHECK(says(message_of<ModelError>([&] { gpt2.model({{"ids", gpt2.input()}}); }), "no input \"ids\"", "input_ids"));
    CHECK(says(message_of<ModelError>([&] { gpt2.model(); }), "input input_ids is missing"));
    CHECK(says(message_of<ModelError>([&] { gpt2.model.run(); }), "input input_ids is missing"));
    CHECK(says(message_of<ShapeError>([&] { gpt2.model(gpt2.input().repeat({2, 1})); }), "axis 0 is fixed"));
}

TEST_CASE("recipes, boards and recorders work at the sites of a typed layout, and the source is never written") {
    const Written gpt2("gpt2_dynamic");
    const SiteRef<Qkv> c_attn = site<Qkv>(gpt2.model, "transformer.h.1.attn.c_attn");
    const at::Tensor ids = gpt2.input(), clean = gpt2.model(ids);
    auto [logits, cache] = run_with_cache(gpt2.model, sites<Qkv>(gpt2.model, "transformer.h.*.attn.c_attn"), ids);
    CHECK(logits.equal(clean));
    const at::Tensor recorded = cache["transformer.h.1.attn.c_attn"].clone();

    HookSet hooks;
    hooks.add(c_attn, on<Q>(token(4), head(1)).zero() | on<V>(heads(0, 1)).multiply(0.5));
    const at::Tensor edited = run_with_hooks(gpt2.model, hooks, ids);
    CHECK_FALSE(at::allclose(edited, clean));
    Board<Qkv> board;
    board["transformer.h.1.attn.c_attn"] =
        borrow<Qkv>(recorded) | on<Q>(token(4), head(1)).zero() | on<V>(heads(0, 1)).multiply(0.5);
    HookSet replaced;
    replaced.add(sites<Qkv>(gpt2.model, "transformer.h.*.attn.c_attn"), board);
    CHECK(run_with_hooks(gpt2.model, replaced, ids).equal(edited));
    CHECK(gpt2.model(ids).equal(clean));
}

TEST_CASE("a pass that stands elsewhere in its sequences is edited at their positions") {
    const Written written("gpt2");
    const at::Tensor ids = written.input();
    const Index rows = ids.size(0), columns = ids.size(1);
    const auto at = site<Qkv>(written.model, written.values.metadata().at("module"));
    HookSet hooks;
    hooks.add(at, on<Q>(token(0)).zero());
    Latest<Qkv> seen;
    hooks.add(at, seen);
    const auto scope = hooks.activate();
    SequencePositions positions{columns, {}, {}};
    for (Index r = 0; r < rows; ++r)
        positions.first.push_back(-(r % 2) - 1), positions.length.push_back(columns - r % 2 - 1);
    const SequencePass here(positions);
    written.model(ids);
    const at::Tensor q = seen[0].unsafe_tensor().narrow(-1, 0, 16);
    for (Index r = 0; r < rows; ++r) {
        CHECK(q[r][r % 2 + 1].eq(0).all().item<bool>());
        CHECK_FALSE(q[r][0].eq(0).all().item<bool>());
    }
}

TEST_CASE("the pattern of attention is the softmax below its path, and its scores are what the softmax is given") {
    const Written gpt2("gpt2");
    const auto patterns = sites<AnyLayout>(gpt2.model, "transformer.h.*.attn:softmax");
    REQUIRE(patterns.size() == 2);
    auto [logits, cache] = run_with_cache(gpt2.model, patterns, gpt2.input());
    const at::Tensor pattern = cache[0];
    CHECK(pattern.sizes() == at::IntArrayRef({1, 2, 6, 6}));
    CHECK(at::allclose(pattern.sum(-1), at::ones({1, 2, 6})));
    CHECK(pattern.triu(1).eq(0).all().item<bool>());

    // Hiding the first token from the last query of every head.
    HookSet hooks;
    hooks.add(site(gpt2.model, "transformer.h.1.attn:softmax.input"), [](const at::Tensor& scores) {
        at::Tensor hidden = scores.clone();
        hidden.select(2, -1).select(2, 0).fill_(-1e30);
        return hidden;
    });
    Latest<AnyLayout> after;
    hooks.add(site(gpt2.model, "transformer.h.1.attn:softmax"), after);
    const at::Tensor edited = run_with_hooks(gpt2.model, hooks, gpt2.input());
    CHECK(at::Tensor(after[0]).select(2, -1).select(2, 0).eq(0).all().item<bool>());
    CHECK(edited.narrow(1, 0, 5).equal(logits.narrow(1, 0, 5)));
    CHECK_FALSE(edited.equal(logits));
}

TEST_CASE("an edit of a norm's input stays in the norm: the stream goes on as it was") {
    const Written llama("llama_sdpa_dynamic");
    const std::string norm = "model.layers.1.post_attention_layernorm";
    const at::Tensor ids = llama.input();
    HookSet hooks;
    // RMSNorm does not see a factor, but for eps; the stream would.
    hooks.add(site(llama.model, norm + ".input"), [](const at::Tensor& t) { return t * 2; });
    CHECK(at::allclose(run_with_hooks(llama.model, hooks, ids), llama.model(ids), 1e-3, 1e-3));
}

TEST_CASE("the model's own input and output are sites, and every call of a module is one") {
    const Written twice("twice");
    std::vector<std::string> paths;
    for_each_site(twice.model, [&](const std::string& path, const Site&) { paths.push_back(path); });
    for (const char* path :
         {"", "output.1", "output.2", "input", "same", "same@1", "same.input", "same@1.input", "act", "nested.0.0"})
        CHECK(std::count(paths.begin(), paths.end(), path) == 1);

    const at::Tensor x = twice.input();
    HookSet both, second;
    const auto zero = [](const at::Tensor& t) { return at::zeros_like(t); };
    second.add(site(twice.model, "same@1.input"), zero);
    both.add(site(twice.model, "same"), zero);
    CHECK(run_with_hooks(twice.model, second, x).equal(run_with_hooks(twice.model, both, x)));
    HookSet result;
    result.add(site(twice.model, ""), zero);
    CHECK(run_with_hooks(twice.model, result, x).eq(0).all().item<bool>());
}

TEST_CASE("a layout that cannot be at a site is refused by the shape that the file has recorded") {
    const Written gpt2("gpt2");
    CHECK(says(message_of<ShapeError>([&] { site<Gpt2Qkv<24, 2>>(gpt2.model, "transformer.h.1.attn.c_attn"); }),
               "transformer.h.1.attn.c_attn was [1, 6, 48]", "72"));
    const Extents<Gpt2Qkv<dynamic, dynamic>> extents(Extents<Qkv>{});
    CHECK(site(gpt2.model, "transformer.h.1.attn.c_attn", extents).extents() == extents);
    using Dynamic = Gpt2Qkv<dynamic, dynamic>;
    CHECK(says(message_of<ShapeError>([&] {
                   site(gpt2.model, "transformer.h.1.attn.c_attn", Extents<Dynamic>(Extents<Gpt2Qkv<24, 2>>{}));
               }),
               "was [1, 6, 48]"));
}

TEST_CASE("a site that is not there says why") {
    const Written gpt2("gpt2"), twice("twice"), llama("llama_sdpa_dynamic");
    const auto why = [](const Exported& model, const char* path) {
        return message_of<HookError>([&] { site(model, path); });
    };
    CHECK(says(why(twice.model, "nothing"), "left no operator", "Identity"));
    CHECK(says(why(llama.model, "model.rotary_emb"), "several of its tensors", "preserve_module_call_signature"));
    CHECK(says(why(gpt2.model, "transformer.h.7.attn"), "transformer.h has no 7"));
    CHECK(says(why(gpt2.model, "transformer.h.1.attn.c_atn"), "c_attn"));
    CHECK(says(why(gpt2.model, "transformer.h.1.attn.c_attn.weight"), "parameter or a buffer"));
    CHECK(says(why(gpt2.model, "transformer.h.1.attn:sofmax"), "has the operators", "softmax"));
    CHECK(says(why(gpt2.model, "transformer.h.*.attn"), "takes one path", "sites<Layout>"));
    CHECK(says(message_of<HookError>([&] { sites(gpt2.model, "h.*.attn"); }), "transformer.h.0.attn"));
}

TEST_CASE("parameters are the model's own, and have gradients") {
    const Written gpt2("gpt2");
    const at::Tensor weight = gpt2.model.tensors().at("transformer.h.1.attn.c_attn.weight");
    CHECK(weight.requires_grad());
    gpt2.model(gpt2.input()).sum().backward();
    CHECK(weight.grad().abs().sum().item<double>() > 0);
    const at::Tensor clean = gpt2.model(gpt2.input());
    {
        const at::NoGradGuard no_grad;
        weight.mul_(2);
    }
    CHECK_FALSE(gpt2.model(gpt2.input()).equal(clean));
    // The file is as it was.
    CHECK(agrees(exported::load(Written::path("gpt2", ".pt2"))(gpt2.input()), gpt2["logits"]));
}

TEST_CASE("several threads run one model with hooks of their own") {
    const Written gpt2("gpt2");
    const at::Tensor ids = gpt2.input(), clean = gpt2.model(ids);
    const SiteRef<Qkv> c_attn = site<Qkv>(gpt2.model, "transformer.h.0.attn.c_attn");
    std::vector<at::Tensor> results(4);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < results.size(); ++i)
        threads.emplace_back([&, i] {
            HookSet hooks;
            if (i % 2 == 1) hooks.add(c_attn, on<V>().zero());
            const auto scope = hooks.activate();
            for (int n = 0; n < 10; ++n) {
                // Other sites are found meanwhile.
                (void)site(gpt2.model, "transformer.h." + std::to_string(i % 2) + ".attn:softmax");
                results[i] = gpt2.model(ids);
            }
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(results[0].equal(clean));
    CHECK(results[2].equal(clean));
    CHECK(results[1].equal(results[3]));
    CHECK_FALSE(results[1].equal(clean));
}

TEST_CASE("a copy of a model has the same sites, and the site outlives neither") {
    const Written gpt2("gpt2");
    const Exported copy = gpt2.model;
    CHECK(site(copy, "transformer.h.0.attn") == site(gpt2.model, "transformer.h.0.attn"));
    CHECK_FALSE(site(exported::load(Written::path("gpt2", ".pt2")), "transformer.h.0.attn") ==
                site(copy, "transformer.h.0.attn"));
}

TEST_CASE("a file that is not there is refused by its path") {
    CHECK(says(message_of<FileError>([] { exported::load("/nowhere/model.pt2"); }), "/nowhere/model.pt2"));
}

TEST_CASE("a hook that runs the model itself runs it without hooks") {
    const Written gpt2("gpt2");
    const at::Tensor ids = gpt2.input(), clean = gpt2.model(ids);
    at::Tensor inner;
    HookSet hooks;
    hooks.add(site<Qkv>(gpt2.model, "transformer.h.0.attn.c_attn"), [&](const View<Qkv>&) { inner = gpt2.model(ids); });
    hooks.add(site<Qkv>(gpt2.model, "transformer.h.1.attn.c_attn"), on<V>().zero());
    CHECK_FALSE(run_with_hooks(gpt2.model, hooks, ids).equal(clean));
    CHECK(inner.equal(clean));
}

TEST_CASE("a layout whose width tells its numbers has them from the file") {
    const Exported llama = Written("llama_dynamic").model;
    const auto stream = sites<Resid<dynamic>>(llama, "model.layers.*.input");
    CHECK(stream.front().extents().width() == 16);
    const auto wide = site<Mlp<dynamic>>(llama, "model.layers.1.mlp.act_fn");
    CHECK(wide.extents().width() == 32);
    using Wider = Fused<dynamic, Q<20, 4>, K<dynamic, 4>>;
    const std::string k_proj = "model.layers.1.self_attn.k_proj";
    CHECK(says(message_of<ShapeError>([&] { site<Wider>(llama, k_proj); }), k_proj, "8 channels"));
    // A pattern's last axis counts keys, which the file leaves open.
    CHECK_NOTHROW(site(llama, "model.layers.0.self_attn:softmax"));
    // Heads are not told by a width.
    CHECK(
        says(message_of<HookError>([&] { site<Z<dynamic, dynamic>>(llama, "model.layers.0.self_attn.o_proj.input"); }),
             "whose numbers are not known"));
}
