// The investigation: laws of its prompts, sweeps and ablations, and that the names model gives the finding for any
// seed.
#include "../../../examples/name_mover/finding.hpp"
#include "../../../examples/name_mover/text.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace name_mover;
using suture_test::message_of;
using suture_test::says;

namespace {
NamesModel committed() {
    return names::load_names_model(std::filesystem::path(SUTURE_SOURCE_DIR) / "examples/names/names-model");
}
double distance(const at::Tensor& a, const at::Tensor& b) { return a.sub(b).abs().max().item<double>(); }
Finding finding_of(NamesModel& loaded, std::uint64_t seed) {
    const examples::OneThread one_thread;
    return investigate(loaded, {.prompts = 48, .seed = seed, .random_sets = 12}, [](const auto&...) {});
}
const Removal& without(const Finding& finding, const std::vector<Head>& heads) {
    return *std::ranges::find(finding.removals, heads, &Removal::heads);
}
std::size_t words_that_differ(const Prompt& a, const Prompt& b) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < a.words.size(); ++i) count += a.words[i] != b.words.at(i);
    return count;
}
}  // namespace

TEST_CASE("the other two prompts of a triple differ from the clean one in one word each, and in the answer") {
    for (const Triple& triple : draw_triples(400, 3)) {
        CAPTURE(triple.clean.text());
        for (const Prompt& other : {triple.twin, triple.stranger}) {
            REQUIRE(other.words.size() == triple.clean.words.size());
            CHECK(words_that_differ(triple.clean, other) == 1);
            CHECK(other.answer != triple.clean.answer);
            CHECK(other.words[place_of_answer(other)] == other.answer);
            CHECK(other.words[place_of_subject(other)] == other.subject);
        }
        CHECK(triple.twin.answer == triple.clean.subject);
        CHECK(std::ranges::count(triple.clean.words, triple.stranger.answer) == 0);
    }
}

TEST_CASE("a seed always gives the same triples, of every pattern and order, short ones first") {
    const auto triples = draw_triples(96, 4);
    const auto same = draw_triples(96, 4), others = draw_triples(96, 5);
    std::set<std::size_t> patterns;
    std::size_t abba = 0;
    for (std::size_t i = 0; i < triples.size(); ++i) {
        CHECK((triples[i].clean == same[i].clean && triples[i].stranger == same[i].stranger));
        CHECK((i == 0 || triples[i - 1].clean.words.size() <= triples[i].clean.words.size()));
        patterns.insert(triples[i].clean.pattern);
        abba += triples[i].clean.order == Order::abba;
    }
    CHECK(patterns.size() == names::patterns.size());
    CHECK(abba == 48);
    CHECK(std::ranges::none_of(triples, [&](const Triple& t) { return t.clean == others.front().clean; }));
}

TEST_CASE("the groups of one length contain all triples, in order") {
    const auto triples = draw_triples(60, 6);
    std::size_t seen = 0, last = 0;
    for (const auto& run : by_length(triples)) {
        CHECK(run.front().clean.words.size() > last);
        last = run.front().clean.words.size();
        for (const Triple& triple : run) {
            CHECK(triple.clean.words.size() == last);
            CHECK(&triple == &triples[seen++]);
        }
    }
    CHECK(seen == triples.size());
}

TEST_CASE("prompts of one pattern have the words that their picture shows") {
    const std::vector<std::string> words = words_alike();
    for (const Triple& triple : draw_alike(20, 7)) {
        REQUIRE(triple.clean.words.size() == words.size());
        for (std::size_t i = 0; i < words.size(); ++i)
            if (!words[i].starts_with("<")) CHECK(triple.clean.words[i] == words[i]);
        CHECK(words[triple.clean.repeated] == "<repeated subject>");
        CHECK(words[place_of_answer(triple.clean)] == "<answer>");
    }
}

TEST_CASE("a sweep over prompts of several lengths gives each prompt the same as a sweep over it alone") {
    NamesModel loaded = committed();
    const auto triples = draw_triples(12, 8);
    REQUIRE(by_length(triples).size() > 2);
    for (const Corrupted corrupted : {&Triple::twin, &Triple::stranger}) {
        const SweepResult all = swept(loaded, triples, corrupted, heads_at_the_end(loaded.model));
        CHECK(all.axes.front().size() == 12);
        CHECK(all.is_complete());
        for (std::size_t i = 0; i < triples.size(); ++i) {
            const SweepResult one = swept(loaded, {triples[i]}, corrupted, heads_at_the_end(loaded.model));
            CHECK(distance(all.values[static_cast<Index>(i)], one.values[0]) < 1e-4);
            CHECK(distance(all.recovered()[static_cast<Index>(i)], one.recovered()[0]) < 1e-4);
        }
    }
}

TEST_CASE("sweeps over positions of prompts of several lengths are not concatenated") {
    NamesModel loaded = committed();
    const auto triples = draw_triples(12, 8);
    CHECK(
        message_of<suture::ValueError>([&] { (void)swept(loaded, triples, &Triple::twin, stream(loaded.model)); }) ==
        "cannot concatenate results with different axes: give results of one grid, without an axis of positions if the "
        "prompts differ in length");
}

TEST_CASE("without a removed head no logit changes, and with one only those of the last token") {
    NamesModel loaded = committed();
    const auto triples = draw_triples(24, 9);
    const at::Tensor means = mean_outputs(loaded, triples);
    const auto run = by_length(triples).front();
    const at::Tensor ids = ids_of(run, &Triple::clean, loaded.vocabulary), clean = loaded.model->forward(ids);
    CHECK(logits_without(loaded.model, {}, means, ids).equal(clean));
    const at::Tensor edited = logits_without(loaded.model, {{1, 0}}, means, ids);
    CHECK(edited.slice(1, 0, -1).equal(clean.slice(1, 0, -1)));
    CHECK(distance(edited.select(1, -1), clean.select(1, -1)) > 1);
}

TEST_CASE("without any head the last token does not depend on the prompt") {
    NamesModel loaded = committed();
    const auto triples = draw_triples(24, 10);
    const at::Tensor means = mean_outputs(loaded, triples);
    const auto run = by_length(triples).front();
    const at::Tensor last =
        logits_without(loaded.model, all_heads(loaded.model), means, ids_of(run, &Triple::clean, loaded.vocabulary))
            .select(1, -1);
    const at::Tensor twin =
        logits_without(loaded.model, all_heads(loaded.model), means, ids_of(run, &Triple::twin, loaded.vocabulary))
            .select(1, -1);
    CHECK(last.equal(twin));
}

TEST_CASE("random sets are distinct sets of the given heads, or all of them if there are few") {
    const std::vector<Head> five{{0, 0}, {0, 1}, {0, 2}, {0, 3}, {2, 1}};
    const auto texts = [](const std::vector<std::vector<Head>>& sets) {
        std::set<std::string> all;
        for (const auto& set : sets) all.insert(to_string(set));
        return all;
    };
    const auto sets = sets_of(five, 2, 50, 1);
    CHECK(sets.size() == 10);
    CHECK(texts(sets).size() == 10);
    for (const auto& set : sets) CHECK((set.size() == 2 && others_than(set, five).size() == 3));
    CHECK(texts(sets_of(five, 2, 4, 1)).size() == 4);
    CHECK((sets_of(five, 2, 4, 1) == sets_of(five, 2, 4, 1)));
    CHECK((sets_of(five, 2, 4, 1) != sets_of(five, 2, 4, 2)));
    CHECK(sets_of(five, 5, 50, 1).size() == 1);
}

TEST_CASE("a role follows the majority of the attention and of the prompts") {
    const auto role = [](double answer, double subject, double again, double raises, double lowers) {
        const auto one = [](double number) { return at::full({1, 1}, number, at::kDouble); };
        return role_of({at::stack({one(answer), one(subject), one(again)}), one(raises), one(lowers)}, {0, 0});
    };
    CHECK((role(0.45, 0.45, 0, 0.9, 0) == Role{Looks::at_both_names, Does::raise}));
    CHECK((role(0.7, 0.1, 0, 0.6, 0.1) == Role{Looks::at_the_answer, Does::raise}));
    CHECK((role(0.1, 0.7, 0, 0.1, 0.1) == Role{Looks::at_the_subject, Does::neither}));
    CHECK((role(0, 0, 0.9, 0, 1) == Role{Looks::at_the_subject_again, Does::lower}));
    CHECK((role(0.2, 0.2, 0.2, 0.4, 0.4) == Role{Looks::elsewhere, Does::neither}));
}

TEST_CASE("the attention to names is a part of the whole, and no name is raised and lowered at once") {
    NamesModel loaded = committed();
    const at::NoGradGuard no_gradients;
    const Evidence evidence = evidence_of(loaded, draw_triples(48, 11));
    CHECK(evidence.attention.sizes() == at::IntArrayRef({3, 4, 4}));
    CHECK(evidence.attention.min().item<double>() >= 0);
    CHECK(evidence.attention.sum(0).max().item<double>() <= 1 + 1e-6);
    CHECK(evidence.raises.add(evidence.lowers).max().item<double>() <= 1);
}

TEST_CASE("three heads of layer 1 promote both names, and one suppresses the repeated name") {
    NamesModel loaded = committed();
    for (const std::uint64_t seed : {1, 20}) {
        CAPTURE(seed);
        const Finding finding = finding_of(loaded, seed);
        const std::vector<Head> promoting{{1, 1}, {1, 2}, {1, 3}}, deciding{{1, 0}};
        CHECK(to_string(finding.found) == "1.0, 1.1, 1.2, 1.3");
        const std::map<Role, std::vector<Head>> expected{{{Looks::at_both_names, Does::raise}, promoting},
                                                         {{Looks::at_the_subject_again, Does::lower}, deciding}};
        CHECK((finding.roles == expected));
        CHECK(sentences_of(finding)[2] == "Together they promote both names and suppress the repeated one.");

        const Recovered again = recovered(finding.contrasts[0].heads),
                        components = recovered(finding.contrasts[0].components);
        CHECK(again.mean[1][0].item<double>() > 0.9);
        CHECK(components.mean[2][1][0].item<double>() > 0.9);                    // by its value
        CHECK(components.mean.slice(0, 0, 2).abs().max().item<double>() < 0.2);  // and by no query or key

        CHECK(without(finding, {}).right > 0.98);
        CHECK(without(finding, finding.found).right < 0.25);
        CHECK(without(finding, deciding).right < 0.6);
        CHECK(without(finding, deciding).subject > 0.2);
        CHECK(without(finding, promoting).right < 0.4);
        CHECK(without(finding, promoting).subject < 0.05);
        CHECK(without(finding, finding.others).right > 0.95);
        CHECK(finding.random.size() == 12);
        for (const Removal& removal : finding.random) {
            CHECK(removal.heads.size() == 4);
            CHECK(removal.right > 0.95);
        }
    }
}

TEST_CASE("the same seed gives the same finding, bit for bit") {
    NamesModel loaded = committed();
    const Finding one = finding_of(loaded, 2), two = finding_of(loaded, 2);
    CHECK((sentences_of(one) == sentences_of(two)));
    for (std::size_t i = 0; i < one.contrasts.size(); ++i) {
        CHECK(one.contrasts[i].heads.values.equal(two.contrasts[i].heads.values));
        CHECK(one.contrasts[i].components.values.equal(two.contrasts[i].components.values));
        CHECK(one.contrasts[i].stream.values.equal(two.contrasts[i].stream.values));
    }
    for (std::size_t i = 0; i < one.random.size(); ++i) {
        CHECK((one.random[i].heads == two.random[i].heads));
        CHECK(one.random[i].difference == two.random[i].difference);
    }
}

TEST_CASE("a model that does not do the task is refused") {
    const auto vocabulary = names::Vocabulary::of_the_task();
    NamesModel untrained{Model(names::model_config(vocabulary)), vocabulary};
    CHECK(says(message_of<suture::ModelError>([&] { (void)finding_of(untrained, 1); }),
               "% of the prompts correctly: give"));
}

TEST_CASE("a progress callback can end the work") {
    NamesModel loaded = committed();
    struct Stop {};
    for (const std::string last : {"sweep", "set of heads"}) {
        std::size_t told = 0;
        const auto stop = [&](const std::string& what, std::size_t done, std::size_t all) {
            CHECK(done < all);
            ++told;
            if (what == last) throw Stop();
        };
        CHECK_THROWS_AS((void)investigate(loaded, {.prompts = 12, .random_sets = 1}, stop), Stop);
        CHECK(told > 0);
    }
}
