// A GPT-2 that Python traced and scripted, edited here and there: models.py hooks it in PyTorch and leaves the
// models and the numbers.
#include <suture/core/catalogue.hpp>
#include <suture/edit/on.hpp>
#include <suture/file/safetensors.hpp>
#include <suture/hook/board.hpp>
#include <suture/hook/hook_set.hpp>
#include <suture/record/latest.hpp>
#include <suture/script/script.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

using torch::jit::Module;
using Qkv = Gpt2Qkv<24, 3>;

namespace {

/// The directory in which models.py left its files; or nothing, with a message in the test's output.
std::optional<std::filesystem::path> models() {
    const char* named = std::getenv("SUTURE_SCRIPT_MODELS");
    if (named && std::filesystem::exists(std::filesystem::path(named) / "expected.safetensors")) return named;
    MESSAGE(
        "skipped: there are no TorchScript models made in Python: install python3-torch and run ctest, or run "
        "tests/script/models.py and name its directory in SUTURE_SCRIPT_MODELS");
    return std::nullopt;
}

/// One of the two models, and its results in Python.
struct experiment {
    explicit experiment(const std::filesystem::path& models, const std::string& file)
        : model(script::load(models / file)),
          expected(Safetensors::open(models / "expected.safetensors")),
          tokens(expected.load("tokens")) {}

    bool gives(const std::string& name) const {
        const auto scope = hooks.activate();
        return model(tokens).allclose(expected.load(name), 1e-5, 1e-5);
    }

    SiteRef<Qkv> c_attn(int layer) const { return site<Qkv>(model, "h." + std::to_string(layer) + ".attn.c_attn"); }

    Script model;
    Safetensors expected;
    at::Tensor tokens;
    HookSet hooks;
};

/// Runs a check with the traced model and with the scripted one.
template <class Check>
void with_each(const Check& check) {
    const auto directory = models();
    if (!directory) return;
    for (const char* file : {"traced.pt", "scripted.pt"}) {
        INFO(std::string(file));
        experiment e(*directory, file);
        check(e);
    }
}

}  // namespace

TEST_CASE("a model from Python computes the same as there, without hooks and with hooks that observe") {
    with_each([](experiment& e) {
        CHECK(e.model(e.tokens).allclose(e.expected.load("clean"), 1e-5, 1e-5));
        const auto looking = e.hooks.add(sites(e.model, "h.*.attn.c_attn"), [](const at::Tensor&) {});
        CHECK(e.gives("clean"));
        CHECK(looking.fired() == 3);
    });
}

TEST_CASE("setting a slice of a query to zero gives what Python's hook gives") {
    with_each([](experiment& e) {
        e.hooks.add(e.c_attn(1), on<Q>(batch(0), token(4), dims<0, 10>).zero());
        CHECK(e.gives("zero_q"));
        CHECK_FALSE(e.gives("clean"));
    });
}

TEST_CASE("an edit by component gives what Python's offsets give") {
    with_each([](experiment& e) {
        e.hooks.add(e.c_attn(1), on<K>(batch(0), token(4), dims<0, 10>).zero());
        CHECK(e.gives("zero_k_by_offset"));
    });
}

TEST_CASE("an edit in every layer gives what Python's split, clone and cat give") {
    with_each([](experiment& e) {
        e.hooks.add(sites<Qkv>(e.model, "h.*.attn.c_attn"), on<V>().multiply(0.5));
        CHECK(e.gives("halve_v"));
    });
}

TEST_CASE("an edit of one head in one layer leaves the others") {
    with_each([](experiment& e) {
        e.hooks.add(e.c_attn(2), on<K>(head<1>, suture::tokens(2, 5)).add(1));
        CHECK(e.gives("shift_head_1_of_k"));
    });
}

TEST_CASE("an injected vector gives what Python's injection gives") {
    with_each([](experiment& e) {
        e.hooks.add(e.c_attn(1), on<Q>(token(4)).set(at::linspace(-1, 0.7, 24)));
        CHECK(e.gives("linspace_q"));
    });
}

TEST_CASE("a board replaces and transplants what recorders saw, as Python's hooks do") {
    with_each([](experiment& e) {
        const auto layers = sites<Qkv>(e.model, "h.*.attn.c_attn");
        Latest<Qkv> latest;
        {
            HookSet recording;
            recording.add(layers, latest);
            const auto scope = recording.activate();
            (void)e.model(e.tokens);
        }
        CHECK(latest[0].clone().take().allclose(e.expected.load("layer_0"), 1e-5, 1e-5));
        Board<Qkv> board;
        e.hooks.add(layers, board);
        board[0] = 0;
        board[2] = at::linspace(-1, 0.7, 72);
        CHECK(e.gives("board"));
        board.clear(0);
        board[2] = latest[0];
        CHECK(e.gives("transplant"));
        board.clear();
        CHECK(e.gives("clean"));
    });
}

TEST_CASE("an edit of a submodule's input gives what Python's pre-hook gives") {
    with_each([](experiment& e) {
        e.hooks.add<Resid<24>>(site(e.model, "h.1.attn.input"), on<Resid>(token(3)).zero());
        CHECK(e.gives("zero_input"));
    });
}

TEST_CASE("gradients through an edited site are what Python's are") {
    with_each([](experiment& e) {
        e.hooks.add(e.c_attn(1), on<Q>(batch(0), token(4), dims<0, 10>).zero());
        const auto scope = e.hooks.activate();
        e.model(e.tokens).square().sum().backward();
        at::Tensor weight;
        for (const auto& p : e.model.module().named_parameters())
            if (p.name == "h.0.attn.c_attn.weight") weight = p.value;
        CHECK(weight.grad().allclose(e.expected.load("zero_q.gradient"), 1e-4, 1e-4));
    });
}

TEST_CASE("a model that ran with gradients runs in inference mode, where LibTorch's own profiling executor throws") {
    with_each([](experiment& e) {
        e.hooks.add(e.c_attn(2), on<K>(head<1>, suture::tokens(2, 5)).add(1));
        for (int run = 0; run < 3; ++run) CHECK(e.gives("shift_head_1_of_k"));
        const c10::InferenceMode inference;
        CHECK(e.gives("shift_head_1_of_k"));
    });
}

TEST_CASE("each submodule that carries tensors has its sites") {
    with_each([](experiment& e) {
        std::vector<std::string> of_block;
        for (const auto& found : sites(e.model, "h.1.attn.c_attn*")) of_block.push_back(found.name());
        CHECK(of_block == std::vector<std::string>{"h.1.attn.c_attn"});
        CHECK(sites(e.model, "h.*").size() == 3);
        CHECK(sites(e.model, "h.*.*.c_*").size() == 12);
        CHECK(site(e.model, "h.0.input").name() == "h.0.input");
    });
}

TEST_CASE("a trace drops unused outputs, a scripted model keeps them") {
    const auto directory = models();
    if (!directory) return;
    experiment traced(*directory, "traced.pt"), scripted(*directory, "scripted.pt");
    CHECK(site(scripted.model, "h.0.attn.output.1").name() == "h.0.attn.output.1");
    CHECK(says(message_of<HookError>([&] { (void)site(traced.model, "h.0.attn.output.1"); }), "h.0.attn",
               "returns Tensor: sites are the Tensors in these"));
}

TEST_CASE("a submodule without data in the model's code is refused with the reason") {
    const auto directory = models();
    if (!directory) return;
    experiment traced(*directory, "traced.pt");
    with_each([](experiment& e) {
        const std::string uncalled = "'probe' is never called by forward";
        CHECK(says(message_of<HookError>([&] { (void)site(e.model, "probe"); }), uncalled));
        CHECK(says(message_of<HookError>([&] { (void)sites(e.model, "prob?"); }), uncalled));
        CHECK(says(message_of<HookError>([&] { (void)site(e.model, "h.7.attn"); }), "h.7.attn", "h.0.attn"));
    });
    CHECK(says(message_of<HookError>([&] { (void)site(traced.model, "drop"); }), "'drop' takes ()",
               "sites are the Tensors in these"));
}

TEST_CASE("a frozen model has no submodules, and the error gives the remedy") {
    const auto directory = models();
    if (!directory) return;
    experiment frozen(*directory, "frozen.pt");
    CHECK(frozen.gives("clean"));
    CHECK(says(message_of<HookError>([&] { (void)site(frozen.model, "h.1.attn.c_attn"); }), "no submodules", "frozen",
               "save it unfrozen"));
    CHECK(says(message_of<HookError>([&] { (void)sites(frozen.model, "h.*.attn"); }), "save it unfrozen"));
    frozen.hooks.add(site(frozen.model, ""), [](const at::Tensor& logits) { return logits * 0; });
    CHECK_FALSE(frozen.gives("clean"));
}

// Unusual: x -> behind (x3) of chosen[i] (x5, x7) -> last (x11) of that, plus aside (fork: twice, and once) of it.
TEST_CASE("a module behind an interface, and one in a fork that gives a named tuple, have sites") {
    const auto directory = models();
    if (!directory) return;
    const Script model = script::load(*directory / "unusual.pt");
    const at::Tensor x = at::ones({2});
    CHECK(model(x, 1).equal(at::full({2}, 252.0f)));  // 21 * 11 + 42 - 21

    HookSet hooks;
    const auto behind = hooks.add(site(model, "behind"), [](const at::Tensor& t) { return t - 20; });
    hooks.add(site(model, "aside"), [](const at::Tensor& t) { return t * 100; });
    hooks.add(site(model, "aside.output.1"), [](const at::Tensor& t) { return t * 1000; });
    const auto inner = hooks.add(site(model, "aside.inner.input"), [](const at::Tensor& t) { return t + 1; });
    const auto scope = hooks.activate();
    CHECK(model(x, 1).equal(at::full({2}, 11.0f + 400.0f - 1000.0f)));
    CHECK(hooks.fired() == 4);
}

TEST_CASE("a module that is chosen by a number at run time runs unchanged and has no sites") {
    const auto directory = models();
    if (!directory) return;
    const Script model = script::load(*directory / "unusual.pt");
    CHECK(says(message_of<HookError>([&] { (void)site(model, "chosen.1"); }), "'chosen.1' is never called by forward"));
    HookSet hooks;
    hooks.add(site(model, "last"), [](const at::Tensor& t) { return t * 0; });
    const auto scope = hooks.activate();
    CHECK(model(at::ones({2}), 0).equal(at::full({2}, 15.0f)));
    CHECK(model(at::ones({2}), 1).equal(at::full({2}, 21.0f)));
}

TEST_CASE("a hook at a module that is chosen at run time is refused, because it would not run") {
    const auto directory = models();
    if (!directory) return;
    const Script model = script::load(*directory / "unusual.pt");
    Module chosen = model.module().attr("chosen").toModule();
    chosen.setattr("0", model.module().attr("behind"));
    HookSet hooks;
    hooks.add(site(model, "behind"), [](const at::Tensor& t) { return t * 0; });
    const auto scope = hooks.activate();
    CHECK(model(at::ones({2}), 1).equal(at::zeros({2})));
    CHECK(says(message_of<HookError>([&] { (void)model(at::ones({2}), 0); }), "behind: a hook is here"));
}

TEST_CASE("a module of another class may take the place of one behind an interface, also after the first pass") {
    const auto directory = models();
    if (!directory) return;
    const Script model = script::load(*directory / "unusual.pt");
    const at::Tensor x = at::ones({2});
    HookSet hooks;
    const HookKey key = hooks.add(site(model, "behind"), [](const at::Tensor& t) { return t + 1; });
    const auto scope = hooks.activate();
    CHECK(model(x, 1).equal(at::full({2}, 264.0f)));  // 22 * 11 + 44 - 22
    Module root = model.module();
    root.setattr("behind", root.attr("spare"));
    CHECK(model(x, 1).equal(at::full({2}, 336.0f)));  // 7 + 20 + 1 = 28
    CHECK(key.fired() == 2);
}

TEST_CASE("a module whose forward is overloaded, as a recurrent one's, has sites") {
    const auto directory = models();
    if (!directory) return;
    const Script model = script::load(*directory / "recurrent.pt");
    HookSet hooks;
    hooks.add(site(model, "rnn"), [](const at::Tensor& t) { return t * 0; });
    const auto scope = hooks.activate();
    CHECK(model(at::ones({3, 1, 2})).equal(at::zeros({3, 1, 2})));
}

TEST_CASE("a trace of a module that is called several times has one site, which counts the calls") {
    const auto directory = models();
    if (!directory) return;
    const Script model = script::load(*directory / "twice.pt");
    CHECK(model(at::ones({2})).equal(at::full({2}, 52.0f)));  // ((1 + 10) + 10) * 2 + 10
    HookSet hooks;
    std::vector<std::int64_t> calls;
    const auto note = [&](const at::Tensor&) { calls.push_back(script::call_number()); };
    const auto input = hooks.add(site(model, "a.input"), note), output = hooks.add(site(model, "a"), note);
    const auto edit_second =
        hooks.add(site(model, "a"), [](const at::Tensor& t) { return script::call_number() == 1 ? t - 20 : t; });
    const auto scope = hooks.activate();
    CHECK(model(at::ones({2})).equal(at::full({2}, 12.0f)));
    CHECK(calls == std::vector<std::int64_t>{0, 0, 1, 1, 2, 2});
}
