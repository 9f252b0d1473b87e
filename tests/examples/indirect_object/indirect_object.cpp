// The maps of the indirect object: their numbers are those of patches by hand, on a tiny LLaMA, and those of transformers
// on SmolLM2, where it is at hand.
#include "../../../examples/indirect_object/comparison.hpp"
#include "../../../examples/indirect_object/finding.hpp"
#include "../../../examples/indirect_object/maps.hpp"
#include "../../../examples/indirect_object/task.hpp"
#include "../../../examples/indirect_object/text.hpp"
#include "../../../examples/shared/one_thread.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace indirect_object;
using suture::Exported, suture::HookSet, suture::token;
using suture_test::message_of;
using suture_test::says;
namespace fs = std::filesystem;

namespace {
const fs::path tests = fs::path(SUTURE_SOURCE_DIR) / "tests";
const fs::path prompts = tests / "examples/indirect_object/prompts.safetensors";

/// A LLaMA of two layers with four heads of four channels, and random weights.
Exported tiny(const std::string& name = "llama_dynamic") {
    return suture::exported::load(tests / "exported/data" / (name + ".pt2"));
}

/// The logit differences of all pairs when these hooks edit the corrupted runs.
at::Tensor differences(const Exported& model, const Task& task, const at::Tensor& ids, const HookSet& hooks = {}) {
    const at::Tensor logits = suture::run_with_hooks(model, hooks, ids).select(1, -1).to(at::kDouble);
    at::Tensor all = at::zeros({task.pairs()}, at::kDouble);
    for (Index i = 0; i < task.pairs(); ++i)
        all[i] = logits[i][task.answers[i].item<Index>()] - logits[i][task.others[i].item<Index>()];
    return all;
}

/// The mean share recovered by a patch: `edit` gets the activation of the corrupted runs, a copy, and that of the clean ones.
template <class Edit>
double recovered_by_hand(const Exported& model, const Task& task, const std::string& path, Edit edit) {
    const auto site = suture::site(model, path);
    at::Tensor clean;
    HookSet watching, patching;
    watching.add(site, [&](const at::Tensor& activation) { clean = activation.clone(); });
    const at::Tensor source = differences(model, task, task.clean, watching);
    patching.add(site, [&](const at::Tensor& activation) {
        at::Tensor patched = activation.clone();
        edit(patched, clean);
        return patched;
    });
    const at::Tensor base = differences(model, task, task.corrupted);
    const at::Tensor patched = differences(model, task, task.corrupted, patching);
    return patched.sub(base).mean().div(source.sub(base).mean()).item<double>();
}

/// The directory of the exported SmolLM2; empty where it was not exported, with a message in the test's output.
std::optional<fs::path> smollm2() {
    const char *given = std::getenv("SUTURE_SMOLLM2"), *cache = std::getenv("XDG_CACHE_HOME"),
               *home = std::getenv("HOME");
    const fs::path directory =
        given ? fs::path(given) : (cache ? fs::path(cache) : fs::path(home ? home : "") / ".cache") / "suture/smollm2";
    if (fs::exists(directory / "model.pt2")) return directory;
    MESSAGE("skipped: ", directory.string(),
            " has no exported SmolLM2: run examples/indirect_object/export_smollm2.py on it, or name another directory "
            "in SUTURE_SMOLLM2");
    return std::nullopt;
}
}  // namespace

TEST_CASE("positions are named by the first pair, and marked where other pairs have other tokens") {
    const Task task = read_task(prompts);
    CHECK(task.model == "tiny LLaMA");
    CHECK(task.heads == 4);
    CHECK(task.pairs() == 2);
    CHECK((position_names(task) ==
           std::vector<std::string>{"When", " Mary …", " and", " John …", "id 26", " John/Mary …", " gave", " to"}));
    CHECK(task.text(task.clean[1]) == "When Tom and Jamesid 26 James gave to");
    CHECK(position_name(task, 5) == "5 John/Mary …");
}

TEST_CASE("prompts that do not fit together are refused by name") {
    const files::Folder folder;
    const fs::path file = folder / "prompts.safetensors";
    const auto original = suture::Safetensors::open(prompts);
    const auto message_with = [&](const std::string& name, const at::Tensor& tensor) {
        auto tensors = original.load_all();
        tensors[name] = tensor;
        suture::save_safetensors(file, tensors, original.metadata());
        return message_of<suture::FileError>([&] { (void)read_task(file); });
    };
    const at::Tensor ids = original.load("clean");
    CHECK(says(message_with("clean", ids[0]), file.string(), "'clean' is int64 [8]", "expected token ids"));
    CHECK(says(message_with("clean", ids.to(at::kFloat)), "'clean' is float32 [2, 8]", "expected int64 [2, 8]"));
    CHECK(says(message_with("corrupted", ids.narrow(1, 0, 7)), "'corrupted' is int64 [2, 7]", "expected int64 [2, 8]",
               "export_smollm2.py"));
    CHECK(says(message_with("others", ids), "'others' is int64 [2, 8]", "expected int64 [2]"));

    auto facts = original.metadata();
    const auto message_of_heads = [&](const char* heads) {
        facts["heads"] = heads;
        suture::save_safetensors(file, original.load_all(), facts);
        return heads[0] ? message_of<suture::ValueError>([&] { (void)read_task(file); })
                        : message_of<suture::FileError>([&] { (void)read_task(file); });
    };
    CHECK(says(message_of_heads(""), file.string() + " does not say how many heads"));
    CHECK(says(message_of_heads("no"), "heads 'no' is not an integer"));
    CHECK(says(message_of_heads("0"), "heads is 0: give 1 to 1024"));
}

TEST_CASE("a number of heads that does not divide the width is refused, and so is another kind of model") {
    Task task = read_task(prompts);
    CHECK(says(message_of<suture::ModelError>([&] { (void)investigate(tiny("gpt2_dynamic"), task); }),
               "the model has no model.norm.weight: give a LLaMA"));
    task.heads = 5;
    CHECK(says(message_of<suture::ShapeError>([&] { (void)investigate(tiny(), task); }), "16", "5"));
}

TEST_CASE("the maps have the numbers of patches by hand") {
    const at::NoGradGuard no_gradients;
    const Task task = read_task(prompts);
    for (const char* name : {"llama_dynamic", "llama_sdpa_dynamic"}) {
        CAPTURE(name);
        const Exported model = tiny(name);
        const Finding finding = investigate(model, task);
        REQUIRE((finding.by_position.sizes() == at::IntArrayRef({2, 8})));
        REQUIRE((finding.by_head.sizes() == at::IntArrayRef({2, 4})));
        CHECK(finding.stream.method == suture::SweepMethod::stages_by_position);
        CHECK(finding.heads.method == suture::SweepMethod::stages_by_position);
        CHECK(at::allclose(finding.heads.source, differences(model, task, task.clean), 1e-5, 1e-5));
        CHECK(at::allclose(finding.heads.baseline, differences(model, task, task.corrupted), 1e-5, 1e-5));
        for (const int layer : {0, 1}) {
            const std::string path = "model.layers." + std::to_string(layer);
            for (const int position : {5, 6, 7}) {
                const double by_hand =
                    recovered_by_hand(model, task, path + ".input", [&](at::Tensor& patched, const at::Tensor& clean) {
                        patched.select(1, position).copy_(clean.select(1, position));
                    });
                CHECK(finding.by_position[layer][position].item<double>() == doctest::Approx(by_hand).epsilon(1e-3));
            }
            for (const int head : {0, 3}) {
                const double by_hand = recovered_by_hand(
                    model, task, path + ".self_attn.o_proj.input", [&](at::Tensor& patched, const at::Tensor& clean) {
                        const auto of = [&](const at::Tensor& t) { return t.select(1, -1).narrow(-1, 4 * head, 4); };
                        of(patched).copy_(of(clean));
                    });
                CHECK(finding.by_head[layer][head].item<double>() == doctest::Approx(by_hand).epsilon(1e-3));
            }
        }
        CHECK(finding.by_position.narrow(1, 0, 5).abs().max().item<double>() == 0);  // before the giver
        CHECK(finding.by_position[0][5].item<double>() == doctest::Approx(1));
    }
}

TEST_CASE("one head patched by itself recovers what its cell of the sweep says") {
    const at::NoGradGuard no_gradients;
    const Exported model = tiny();
    const Task task = read_task(prompts);
    const Finding finding = investigate(model, task, 0);
    REQUIRE(finding.found.size() == 8);
    for (const Head& h : finding.found)
        CHECK(indirect_object::detail::recovered_together(model, task, {h}, finding.heads) ==
              doctest::Approx(h.recovered).epsilon(1e-3));
}

TEST_CASE("attention is read where the patterns are operators of the file") {
    const at::NoGradGuard no_gradients;
    const Task task = read_task(prompts);
    const Exported model = tiny();
    const Finding finding = investigate(model, task, 0);
    REQUIRE(finding.has_attention);
    CHECK_FALSE(investigate(tiny("llama_sdpa_dynamic"), task, 0).has_attention);
    for (const Head& h : finding.found) {
        at::Tensor pattern;
        HookSet hooks;
        hooks.add(suture::site(model, "model.layers." + std::to_string(h.layer) + ".self_attn:softmax"),
                  [&](const at::Tensor& seen) { pattern = seen.clone(); });
        suture::run_with_hooks(model, hooks, task.clean);
        const auto to = [&](Index position) {
            return pattern.select(1, h.head).select(1, -1).select(1, position).mean().item<double>();
        };
        CHECK(h.to_answer == doctest::Approx(to(1)));
        CHECK(h.to_other == doctest::Approx(to(3)));
        CHECK(h.to_giver == doctest::Approx(to(5)));
    }
}

TEST_CASE("layers in which one position recovers most make one stretch") {
    const auto stretches = stretches_of(at::tensor({1.0, 0.0, 0.9, 0.2, 0.3, 0.4}, at::kDouble).view({3, 2}));
    REQUIRE(stretches.size() == 2);
    CHECK(stretches[0].position == 0);
    CHECK((stretches[0].first == 0 && stretches[0].last == 1));
    CHECK((stretches[0].at_first == 1.0 && stretches[0].at_last == 0.9));
    CHECK(stretches[1].position == 1);
    CHECK((stretches[1].first == 2 && stretches[1].last == 2 && stretches[1].at_last == 0.4));
}

TEST_CASE("heads are found on both sides of zero, the largest first") {
    const auto found = heads_beyond(at::tensor({0.05, -0.3, 0.2, 0.5}, at::kDouble).view({2, 2}), 0.1);
    REQUIRE(found.size() == 3);
    CHECK(head_name(found[0]) == "1.1");
    CHECK(head_name(found[1]) == "1.0");
    CHECK(head_name(found[2]) == "0.1");
    CHECK(found[2].recovered == -0.3);
}

TEST_CASE("the sentences have the numbers of the finding") {
    const Task task = read_task(prompts);
    Finding finding;
    finding.by_position = at::zeros({4, 8}, at::kDouble);
    finding.by_head = at::zeros({4, 3}, at::kDouble);
    for (int layer = 0; layer < 3; ++layer) finding.by_position[layer][5] = 1 - 0.25 * layer;
    finding.by_position[3][7] = 0.75;
    finding.stretches = stretches_of(finding.by_position);
    finding.found = {{2, 1, 0.5, 0.1, 0.0, 0.8}, {1, 0, 0.25, 0.0, 0.0, 0.6}, {3, 2, -0.2, 0.7, 0.2, 0.0}};
    finding.together = 0.8;
    finding.has_attention = true;
    CHECK((sentences_of(task, finding) ==
           std::vector<std::string>{
               "Entering layers 0 to 2 the answer is at token 5 (John/Mary), which recovers 1.00 to 0.50 of the "
               "difference; entering layer 3 it is at token 7 (to), which recovers 0.75.",
               "2 of 12 heads recover at least a tenth of it at the last token: 2.1 (0.50), 1.0 (0.25); patched "
               "together, 0.80. 1 leads at least as far away from it: 3.2 (-0.20).",
               "From the last token, heads 2.1, 1.0 attend mostly to the giver, and head 3.2 attends mostly to the "
               "answer."}));
    CHECK(stream_table(task, finding) ==
          "entering layer             0     1     2     3\n"
          "5 John/Mary …           1.00  0.75  0.50  0.00\n"
          "7 to                    0.00  0.00  0.00  0.75\n");
    CHECK(says(heads_table(finding), "3.2        -0.20                     0.70            0.20       0.00\n"));

    finding.found.resize(1);
    finding.has_attention = false;
    CHECK(sentence_of_heads(finding) == "1 of 12 heads recovers at least a tenth of it at the last token: 2.1 (0.50).");
    CHECK(heads_table(finding) == "head    recovers\n2.1         0.50\n");
    finding.found.clear();
    CHECK((sentences_of(task, finding).size() == 2));
    CHECK(sentence_of_heads(finding) == "None of 12 heads recovers a tenth of the difference at the last token.");
}

TEST_CASE("the maps are drawn with the tokens, the layers and the heads") {
    const Task task = read_task(prompts);
    const Finding finding = investigate(tiny(), task);
    const auto stream = drawing_of(stream_map(task, finding)), heads = drawing_of(heads_map(task, finding));
    CHECK(stream.title == "Where tiny LLaMA keeps the indirect object");
    CHECK(stream.tensors.at("values").equal(finding.by_position));
    CHECK(says(stream.facts.at("columns"), "John/Mary …"));
    CHECK(heads.tensors.at("values").equal(finding.by_head));
    CHECK(heads.table.rows.size() == 8);
}

TEST_CASE("a sweep is compared with one forward pass per cell, and with the numbers of a file") {
    const Exported model = tiny();
    const Task task = read_task(prompts);
    const Comparison stream = compare(model, task, stream_grid(model));
    CHECK(stream.cells == 16);
    CHECK(stream.apart < 1e-5);
    CHECK((stream.seconds > 0 && stream.plain_seconds > 0));

    const Finding finding = investigate(model, task);
    const files::Folder folder;
    const at::Tensor layers = at::tensor({1}, at::kLong), positions = at::tensor({5, 7}, at::kLong);
    const std::map<std::string, at::Tensor> numbers{
        {"clean", finding.heads.source + 0.25},
        {"corrupted", finding.heads.baseline},
        {"stream", finding.stream.recovered()[0].index_select(0, layers).index_select(1, positions) - 0.5},
        {"heads", finding.heads.recovered()[0].index_select(0, layers)},
        {"stream_layers", layers},
        {"stream_positions", positions},
        {"heads_layers", layers}};
    suture::save_safetensors(folder / "python.safetensors", numbers);
    const Agreement agreement = agreement_with(folder / "python.safetensors", finding);
    CHECK(agreement.logits == doctest::Approx(0.25));
    CHECK(agreement.stream == doctest::Approx(0.5));
    CHECK(agreement.heads == 0);
    CHECK(agreement.cells == 6);
}

TEST_CASE("SmolLM2 has the indirect object at the giver, and then, by a few heads, at the last token") {
    const auto directory = smollm2();
    if (!directory) return;
    const examples::OneThread one_thread;  // a second one costs more than it saves while other tests run
    const Task task = read_task(*directory / "prompts.safetensors");
    const Finding finding = investigate(suture::exported::load(*directory / "model.pt2"), task);
    const Agreement agreement = agreement_with(*directory / "python.safetensors", finding);
    CHECK(agreement.logits < 1e-3);
    CHECK(agreement.stream < 1e-4);
    CHECK(agreement.heads < 1e-4);
    CHECK(finding.stream.method == suture::SweepMethod::stages_by_position);
    CHECK(finding.heads.method == suture::SweepMethod::stages_by_position);

    CHECK(finding.heads.source[0].item<double>() == doctest::Approx(6.12).epsilon(0.01));
    CHECK(finding.heads.baseline[0].item<double>() == doctest::Approx(-5.485).epsilon(0.01));
    REQUIRE(finding.stretches.size() == 2);
    CHECK(position_name(task, finding.stretches[0].position) == "9 John/Mary …");
    CHECK(finding.stretches[1].position == task.tokens() - 1);
    CHECK(finding.stretches[1].first == 24);
    REQUIRE(finding.has_attention);
    REQUIRE(finding.found.size() > 1);
    CHECK(head_name(finding.found[0]) == "23.3");
    CHECK(finding.found[0].recovered > 0.4);
    CHECK(finding.found[0].to_giver > 0.5);
    CHECK(finding.found.size() < 12);
    CHECK(finding.together > 0.9);
}
