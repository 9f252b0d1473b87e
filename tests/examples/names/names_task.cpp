// The sentences of the indirect-object task: laws of every prompt, and of what training shows of the names.
#include "../../../examples/names/vocabulary.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

using namespace names;
using suture_test::message_of;
using suture_test::says;

namespace {
std::vector<Prompt> training_prompts(std::size_t count) {
    Draw draw(7);
    std::vector<Prompt> prompts;
    for (std::size_t i = 0; i < count; ++i) prompts.push_back(training_prompt(draw));
    return prompts;
}
/// Some of each pattern, variant and order.
std::vector<Prompt> held_out_prompts() {
    Draw draw(8);
    std::vector<Prompt> prompts;
    for (std::size_t pattern = 0; pattern < patterns.size(); ++pattern)
        for (const Variant variant : variants)
            for (const Order order : orders)
                for (int i = 0; i < 10; ++i) prompts.push_back(held_out_prompt(draw, pattern, variant, order));
    return prompts;
}
std::vector<Prompt> prompts_of_both_kinds() {
    std::vector<Prompt> prompts = training_prompts(1000);
    for (const Prompt& prompt : held_out_prompts()) prompts.push_back(prompt);
    return prompts;
}
/// How often each person is named in a prompt, found by looking at its words.
std::map<std::string, int> mentions(const Prompt& prompt) {
    std::map<std::string, int> counts;
    for (const std::string& word : prompt.words)
        if (std::find(people.begin(), people.end(), word) != people.end()) ++counts[word];
    return counts;
}
/// The names that are neither the answer nor the subject.
std::map<std::string, int> bystanders(const Prompt& prompt) {
    auto counts = mentions(prompt);
    counts.erase(prompt.answer);
    counts.erase(prompt.subject);
    return counts;
}
}  // namespace

TEST_CASE("the same seed gives the same prompts on every machine") {
    CHECK((training_prompts(100) == training_prompts(100)));
    CHECK(training_prompts(1)[0].text() ==
          "Then Felix and Frank walked to the bakery without Olga , and Frank gave the book to");
    Draw draw(1);  // the engine's first numbers are 2469588189546311528, 2516265689700432462, 8323445853463659930
    for (const std::size_t expected : {528u, 462u, 930u}) CHECK(draw.below(1000) == expected);
}

TEST_CASE("all numbers below the count are equally likely") {
    Draw draw(3);
    std::vector<int> counts(6);
    for (int i = 0; i < 6000; ++i) ++counts.at(draw.below(6));
    for (const int count : counts) CHECK((count > 850 && count < 1150));
    CHECK(draw.below(1) == 0);
}

TEST_CASE("shuffling keeps the elements and changes their order") {
    std::vector<int> sorted(100);
    for (int i = 0; i < 100; ++i) sorted[static_cast<std::size_t>(i)] = i;
    std::vector<int> shuffled = sorted;
    Draw(5).shuffle(shuffled);
    CHECK(shuffled != sorted);
    CHECK(std::is_permutation(shuffled.begin(), shuffled.end(), sorted.begin()));
}

TEST_CASE("the answer occurs once, the subject twice, and a third name as often as the variant has it") {
    for (const Prompt& prompt : prompts_of_both_kinds()) {
        CAPTURE(prompt.text());
        auto counts = mentions(prompt);
        CHECK(counts[prompt.answer] == 1);
        CHECK(counts[prompt.subject] == 2);
        const auto others = bystanders(prompt);
        if (prompt.variant == Variant::plain || prompt.variant == Variant::clause)
            CHECK(others.empty());
        else {
            REQUIRE(others.size() == 1);
            CHECK(others.begin()->second == (prompt.variant == Variant::third_name ? 1 : 2));
        }
    }
}

TEST_CASE("a prompt has the positions of its names, and its order says which of them is the answer") {
    for (const Prompt& prompt : prompts_of_both_kinds()) {
        CAPTURE(prompt.text());
        const bool answer_first = prompt.order == Order::abba;
        CHECK(prompt.words[prompt.first] == (answer_first ? prompt.answer : prompt.subject));
        CHECK(prompt.words[prompt.second] == (answer_first ? prompt.subject : prompt.answer));
        CHECK(prompt.words[prompt.repeated] == prompt.subject);
        CHECK((prompt.first < prompt.second && prompt.second < prompt.repeated));
        CHECK(prompt.words.back() == "to");
    }
}

TEST_CASE("the text is the words with spaces between, and the sentence ends after the answer") {
    for (const Prompt& prompt : prompts_of_both_kinds()) {
        CHECK(words_of(prompt.text()) == prompt.words);
        CHECK(prompt.text().find_first_of("{}") == std::string::npos);
        std::vector<std::string> expected = prompt.words;
        expected.push_back(prompt.answer);
        expected.push_back(".");
        CHECK(prompt.sentence() == expected);
    }
}

TEST_CASE("training shows every pair of names except those held out") {
    std::set<Pair> seen;
    for (const Prompt& prompt : training_prompts(20000)) {
        const auto names = mentions(prompt);
        for (auto a = names.begin(); a != names.end(); ++a)
            for (auto b = std::next(a); b != names.end(); ++b)
                seen.insert({*std::find(people.begin(), people.end(), a->first),
                             *std::find(people.begin(), people.end(), b->first)});
    }
    const std::size_t all = people.size() * (people.size() - 1) / 2;
    CHECK(held_out_pairs().size() == all / 5);
    CHECK(seen.size() == all - all / 5);
    for (const auto& [a, b] : seen) CHECK_FALSE((is_held_out(a, b) || is_held_out(b, a)));
}

TEST_CASE("a held-out prompt is about a pair that training never shows") {
    for (const Prompt& prompt : held_out_prompts()) CHECK(is_held_out(prompt.answer, prompt.subject));
}

TEST_CASE("a pattern that does not exist is refused") {
    Draw draw(1);
    CHECK(message_of<suture::PositionError>([&] { (void)held_out_prompt(draw, 12, Variant::plain, Order::abba); }) ==
          "pattern 12 is outside the 12 patterns: count from 0");
}

TEST_CASE("patterns, variants and orders come equally often in training") {
    std::map<std::tuple<std::size_t, Variant, Order>, int> counts;
    for (const Prompt& prompt : training_prompts(9600)) ++counts[{prompt.pattern, prompt.variant, prompt.order}];
    CHECK(counts.size() == patterns.size() * variants.size() * orders.size());
    for (const auto& [kind, count] : counts) CHECK((count > 50 && count < 150));
}

TEST_CASE("the corrupted twin differs in the repeated name alone, and its answer is the other name") {
    for (const Prompt& prompt : prompts_of_both_kinds()) {
        const PromptPair pair = prompt_pair(prompt);
        CHECK(pair.clean == prompt);
        const Prompt& twin = pair.corrupted;
        REQUIRE(twin.words.size() == prompt.words.size());
        for (std::size_t i = 0; i < prompt.words.size(); ++i)
            CHECK((twin.words[i] != prompt.words[i]) == (i == prompt.repeated));
        CHECK(twin.words[twin.repeated] == prompt.answer);
        CHECK(twin.answer == prompt.subject);
        CHECK(twin.order != prompt.order);
        CHECK(corrupted(twin) == prompt);
    }
}

TEST_CASE("names, places and things are all different words") {
    std::set<std::string_view> words(people.begin(), people.end());
    words.insert(places.begin(), places.end());
    words.insert(objects.begin(), objects.end());
    CHECK(words.size() == people.size() + places.size() + objects.size());
    for (const std::string_view word : words) CHECK(words_of(word).size() == 1);
}

TEST_CASE("the vocabulary has every word of the task, each under an id of its own") {
    const Vocabulary vocabulary = Vocabulary::of_the_task();
    std::set<suture::Index> used{vocabulary.id_of(std::string(end_of_text))};
    for (const Prompt& prompt : training_prompts(5000))
        for (const suture::Index id : vocabulary.ids_of(prompt.sentence())) used.insert(id);
    CHECK(used.size() == vocabulary.size());
    CHECK(*used.begin() == 0);
    CHECK(*used.rbegin() == static_cast<suture::Index>(vocabulary.size()) - 1);
    for (const suture::Index id : used) CHECK(vocabulary.id_of(vocabulary.word_of(id)) == id);
}

TEST_CASE("reading a written vocabulary gives it back") {
    const files::Folder folder;
    const Vocabulary written = Vocabulary::of_the_task();
    files::write_bytes(folder / "vocab.json", written.json());
    const Vocabulary read = Vocabulary::read(folder / "vocab.json");
    CHECK(read.json() == written.json());
    CHECK(read.id_of("Mary") == written.id_of("Mary"));
}

TEST_CASE("unknown words and ids are refused") {
    const Vocabulary vocabulary = Vocabulary::of_the_task();
    for (const char* word : {"mary", "store,", "", " "})
        CHECK(says(message_of<suture::ValueError>([&] { (void)vocabulary.id_of(word); }),
                   "the word \"" + std::string(word) + "\" is unknown to the model: use the words of its vocab.json"));
    const auto size = static_cast<suture::Index>(vocabulary.size());
    for (const suture::Index id : {suture::Index{-1}, size})
        CHECK(says(message_of<suture::PositionError>([&] { (void)vocabulary.word_of(id); }),
                   "token id " + std::to_string(id) + " is outside the vocabulary of " + std::to_string(size)));
}

TEST_CASE("a file that is not a vocabulary is refused") {
    const files::Folder folder;
    const auto refusal = [&](const std::string& text) {
        files::write_bytes(folder / "vocab.json", text);
        return message_of<suture::FileError>([&] { (void)Vocabulary::read(folder / "vocab.json"); });
    };
    for (const char* text : {"", "[]", "{", "7", R"({"a": 0, "b": 0})", R"({"a": -1})", R"({"a": "0"})"})
        CHECK(says(refusal(text), "vocab.json"));
    CHECK(says(refusal(R"({"a": 0, "b": 0})"), "\"b\"", "0"));
    CHECK(says(message_of<suture::FileError>([&] { (void)Vocabulary::read(folder / "none.json"); }), "none.json"));
}
