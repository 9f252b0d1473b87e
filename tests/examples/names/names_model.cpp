// The names model: how it is measured, how it is trained, and that the committed one is what its record says.
#include "../../../examples/names/names_model.hpp"
#include "../../../examples/names/evaluation.hpp"
#include "../../../examples/names/training.hpp"

#include <suture/gpt2/save.hpp>

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"

#include <ATen/ops/zeros.h>

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <tuple>
#include <vector>

using namespace names;
using suture_test::message_of;
using suture_test::says;

namespace {
const std::filesystem::path committed = std::filesystem::path(SUTURE_SOURCE_DIR) / "examples/names/names-model";

nlohmann::json record() {
    std::ifstream in(committed / "training.json");
    return nlohmann::json::parse(in);
}

/// The bytes of the weights that these options give.
std::string trained_bytes(const TrainingOptions& options) {
    const files::Folder folder;
    suture::gpt2::save(folder.path(), train(Vocabulary::of_the_task(), options, [](Index, double) { return true; }));
    return files::bytes_of(folder / "model.safetensors");
}

/// Logits of a model that knows one rule: after each prompt comes the first name that it has.
at::Tensor first_name_that_comes(const Vocabulary& vocabulary, const at::Tensor& ids) {
    const at::Tensor logits = at::zeros({ids.size(0), ids.size(1), static_cast<Index>(vocabulary.size())});
    const auto is_name = [&](Index id) {
        return std::find(people.begin(), people.end(), vocabulary.word_of(id)) != people.end();
    };
    for (Index row = 0; row < ids.size(0); ++row) {
        Index place = 0;
        while (!is_name(ids[row][place].item<Index>())) ++place;
        logits[row][-1][ids[row][place]] = 1;
    }
    return logits;
}
}  // namespace

// ---- the measure --------------------------------------------------------------------------------------------

TEST_CASE("evaluation asks every pattern and variant in both orders, each prompt followed by its twin") {
    const auto prompts = evaluation_prompts(192);
    REQUIRE(prompts.size() == 192);
    std::set<std::tuple<std::size_t, Variant, Order>> kinds;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        kinds.insert({prompts[i].pattern, prompts[i].variant, prompts[i].order});
        CHECK(is_held_out(prompts[i].subject, prompts[i].answer));
        CHECK((corrupted(prompts[i]) == prompts[i ^ 1]));
    }
    CHECK(kinds.size() == patterns.size() * variants.size() * orders.size());
}

TEST_CASE(
    "a model that follows the order of the names is right at most half of the time, and never on a prompt and its "
    "twin") {
    const Vocabulary vocabulary = Vocabulary::of_the_task();
    const auto prompts = evaluation_prompts(192);
    const auto outcomes =
        outcomes_of(prompts, vocabulary, [&](const at::Tensor& ids) { return first_name_that_comes(vocabulary, ids); });
    const auto of_two = [](const Prompt& p) { return p.variant == Variant::plain || p.variant == Variant::clause; };
    CHECK(figures_of(prompts, outcomes, of_two).accuracy == 0.5);
    CHECK(figures_of(prompts, outcomes).accuracy <= 0.5);
    CHECK(accuracy_of_pairs(outcomes) == 0);
}

TEST_CASE("outcomes are in the order of the prompts, whatever their lengths") {
    NamesModel names{Model(model_config(Vocabulary::of_the_task())), Vocabulary::of_the_task()};
    const auto prompts = evaluation_prompts(96);
    const auto run = [&](const at::Tensor& ids) { return names.model->forward(ids); };
    const auto together = outcomes_of(prompts, names.vocabulary, run);
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        const Outcome alone = outcomes_of({prompts[i]}, names.vocabulary, run)[0];
        CHECK(alone.predicted == together[i].predicted);
        CHECK(alone.correct == (names.vocabulary.word_of(alone.predicted) == prompts[i].answer));
        CHECK(alone.loss == doctest::Approx(together[i].loss));
        CHECK(alone.logit_difference == doctest::Approx(together[i].logit_difference));
    }
}

// ---- the training -------------------------------------------------------------------------------------------

TEST_CASE("a batch has each sentence, the token after each of its tokens, and the index of its answer") {
    const Vocabulary vocabulary = Vocabulary::of_the_task();
    const auto prompts = evaluation_prompts(96);
    const Batch batch = batch_of(prompts, vocabulary, 32);
    CHECK(batch.ids.sizes() == at::IntArrayRef({96, 32}));
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        const auto row = static_cast<Index>(i);
        auto following = vocabulary.ids_of(prompts[i].sentence());
        const auto tokens = static_cast<Index>(following.size());
        CHECK(batch.ids[row].narrow(0, 0, tokens).equal(at::tensor(following, at::kLong)));
        following.erase(following.begin());
        following.push_back(vocabulary.id_of(std::string(end_of_text)));
        CHECK(batch.targets[row].narrow(0, 0, tokens).equal(at::tensor(following, at::kLong)));
        CHECK(batch.targets[row].narrow(0, tokens, 32 - tokens).eq(Batch::no_target).all().item<bool>());
        const Index place = batch.answers[row].item<Index>();
        CHECK(vocabulary.word_of(batch.targets.flatten()[place].item<Index>()) == prompts[i].answer);
    }
}

TEST_CASE("every sentence of the task fits the model's positions") {
    const auto positions = static_cast<std::size_t>(model_config(Vocabulary::of_the_task()).positions);
    for (const std::string_view pattern : patterns)
        for (const Frame& frame : frames) CHECK(outline(pattern, frame).size() + 2 <= positions);
}

TEST_CASE("the learning rate rises, falls and stays above zero") {
    CHECK(learning_rate(0, 2500) < learning_rate(60, 2500));
    CHECK(learning_rate(60, 2500) < learning_rate(125, 2500));
    CHECK(learning_rate(125, 2500) > learning_rate(1300, 2500));
    CHECK(learning_rate(2499, 2500) == doctest::Approx(learning_rate(125, 2500) / 10).epsilon(0.01));
    CHECK(learning_rate(0, 1) > 0);
}

TEST_CASE("two trainings with the same options give the same file, whatever threads and seed were set before") {
    const std::string bytes = trained_bytes({3, 5});
    const int threads = at::get_num_threads();
    at::set_num_threads(2);
    at::manual_seed(99);
    CHECK(trained_bytes({3, 5}) == bytes);
    CHECK(at::get_num_threads() == 2);
    at::set_num_threads(threads);
    CHECK(trained_bytes({3, 6}) != bytes);
}

TEST_CASE("one thread applies to OpenBLAS too, and both get their threads back afterwards") {
    const auto count = reinterpret_cast<int (*)()>(::dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
    const auto set = reinterpret_cast<void (*)(int)>(::dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    const int of_torch = at::get_num_threads(), of_blas = count ? count() : 1;
    at::set_num_threads(2);
    if (set) set(2);
    {
        const examples::OneThread one_thread;
        CHECK(at::get_num_threads() == 1);
        if (count) CHECK(count() == 1);
    }
    CHECK(at::get_num_threads() == 2);
    if (count) CHECK(count() == 2);
    at::set_num_threads(of_torch);
    if (set) set(of_blas);
}

TEST_CASE("training learns, and stops on request") {
    std::vector<double> losses;
    (void)train(Vocabulary::of_the_task(), {30, 1}, [&](Index step, double loss) {
        CHECK(step == static_cast<Index>(losses.size()));
        losses.push_back(loss);
        return step < 19;
    });
    REQUIRE(losses.size() == 20);
    CHECK(losses.back() < losses.front() - 0.5);
}

// ---- the committed model ------------------------------------------------------------------------------------

TEST_CASE("the committed model is below a megabyte and has the task's words") {
    CHECK(std::filesystem::file_size(committed / "model.safetensors") < 1'000'000);
    const NamesModel names = load_names_model(committed);
    CHECK(names.vocabulary.json() == Vocabulary::of_the_task().json());
    CHECK(suture::gpt2::config_json(names.model->config()) == files::bytes_of(committed / "config.json"));
}

TEST_CASE("the committed model names who was given the drink") {
    NamesModel names = load_names_model(committed);
    const auto next = [&](const std::string& text) {
        const at::Tensor ids = at::tensor(names.vocabulary.ids_of(words_of(text)), at::kLong).unsqueeze(0);
        return names.vocabulary.word_of(names.model->forward(ids)[0][-1].argmax().item<Index>());
    };
    CHECK(next("When Mary and John went to the store , John gave a drink to") == "Mary");
    CHECK(next("When Mary and John went to the store , Mary gave a drink to") == "John");
    CHECK(next("When Mary and John went to the store , John gave a drink to Mary") == ".");
}

TEST_CASE("the committed weights give the figures that training.json records") {
    const nlohmann::json recorded = record().at("held_out");
    NamesModel names = load_names_model(committed);
    const Report report = evaluate(names, recorded.at("prompts"));
    CHECK(report.all.prompts >= 1000);
    CHECK(report.all.accuracy == recorded.at("accuracy"));
    CHECK(report.abba.accuracy == recorded.at("accuracy_abba"));
    CHECK(report.baba.accuracy == recorded.at("accuracy_baba"));
    CHECK(report.accuracy_of_pairs == recorded.at("accuracy_of_pairs"));
    const auto differs = [&](double measured, const char* name) {
        return std::abs(measured - recorded.at(name).get<double>());
    };
    CHECK(differs(report.all.logit_difference, "logit_difference") < 1e-3);
    CHECK(differs(report.all.loss, "answer_loss") < 1e-4);
    CHECK(differs(report.token_loss, "token_loss") < 1e-4);
    CHECK(report.abba.accuracy >= 0.99);
    CHECK(report.baba.accuracy >= 0.99);
    CHECK(report.accuracy_of_pairs >= 0.99);
}

TEST_CASE("without layer 1's query at the last token the committed model names the wrong person") {
    NamesModel names = load_names_model(committed);
    const auto prompts = evaluation_prompts(192);
    const auto outcomes = outcomes_of(prompts, names.vocabulary,
                                      [&](const at::Tensor& ids) { return without_last_query(names.model, 1, ids); });
    for (const Order order : orders) CHECK(figures_of(prompts, outcomes, order).accuracy < 0.5);
    CHECK(figures_of(prompts, outcomes).logit_difference < 0);
}

TEST_CASE("a vocabulary of another size than the model's is refused") {
    const files::Folder folder;
    suture::gpt2::save(folder.path(), Model(model_config(Vocabulary::of_the_task())),
                       {{"vocab.json", R"({"Mary": 0})"}});
    CHECK(says(message_of<suture::ModelError>([&] { (void)load_names_model(folder.path()); }),
               "vocab.json has 1 words but the model has 163: use the vocab.json of this model"));
}

// Bits depend on the processor and the BLAS, by which sums are ordered; what was learnt does not.
TEST_CASE("training anew gives the committed model") {
    const char* slow = std::getenv("SUTURE_SLOW_TESTS");
    if (!slow || std::string(slow) != "1") {
        MESSAGE("skipped: training the names model anew takes minutes; set SUTURE_SLOW_TESTS=1 for it");
        return;
    }
    const nlohmann::json recorded = record();
    const Vocabulary vocabulary = Vocabulary::of_the_task();
    const TrainingOptions options{recorded.at("steps"), recorded.at("seed")};
    NamesModel names{train(vocabulary, options, [](Index, double) { return true; }), vocabulary};
    const files::Folder folder;
    suture::gpt2::save(folder.path(), names.model);
    if (files::bytes_of(folder / "model.safetensors") == files::bytes_of(committed / "model.safetensors")) return;
    MESSAGE("other bits than the committed ones: comparing what was learnt");
    const Report report = evaluate(names, recorded.at("held_out").at("prompts"));
    const auto held_out = [&](const char* name) { return recorded.at("held_out").at(name).get<double>(); };
    CHECK(std::abs(report.all.accuracy - held_out("accuracy")) < 0.005);
    CHECK(std::abs(report.token_loss - held_out("token_loss")) < 0.02);
}
