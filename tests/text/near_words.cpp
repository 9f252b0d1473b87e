// Similar words: the distance is a metric, and the most similar come first.
#include "suture/text/near_words.hpp"

#include "doctest.hpp"
#include "laws/property.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

using suture::detail::bytes_apart;
using suture::detail::bytes_apart_at_most;
using suture::detail::near_words;

namespace {
std::string draw_word() {
    std::string word;
    for (auto left = laws::draw(0, 6); left > 0; --left) word += laws::one_of<char>({'a', 'b', 'c'});
    RC_LOG() << "'" << word << "'\n";
    return word;
}
}  // namespace

TEST_CASE("the distance between texts is a metric, and one change is a distance of one") {
    laws::for_all("bytes_apart is a metric", 500, [] {
        const std::string a = draw_word(), b = draw_word(), c = draw_word();
        RC_ASSERT((bytes_apart(a, b) == 0) == (a == b));
        RC_ASSERT(bytes_apart(a, b) == bytes_apart(b, a));
        RC_ASSERT(bytes_apart(a, c) <= bytes_apart(a, b) + bytes_apart(b, c));
        RC_ASSERT(bytes_apart(a, "") == a.size());
        RC_ASSERT(bytes_apart(a, a + "x") == 1u);
        RC_ASSERT(bytes_apart("y" + a, "x" + a) == 1u);
        RC_ASSERT(bytes_apart(a, b) <= bytes_apart_at_most(a, b));
        RC_ASSERT(bytes_apart_at_most(a + "x" + b, a + "y" + b) == 1u);
    });
    CHECK(bytes_apart("kitten", "sitting") == 3);
}

TEST_CASE("at most three similar words are given, the most similar first, and dissimilar ones are not") {
    CHECK(near_words("Pariss", {"London", "Pars", "Paris", "Pariss!", "Parsi", "store"}) ==
          " (similar: \"Paris\", \"Pariss!\", \"Pars\")");
    CHECK(near_words("Alice", {"to", "a", "store"}) == "");
    CHECK(near_words("Alice", {}) == "");
    CHECK(near_words(std::string(1000, 'a'), {std::string(999, 'a')}) == "");
}

TEST_CASE("the bound counts what lies between a common beginning and a common end") {
    CHECK(bytes_apart_at_most("", "") == 0);
    CHECK(bytes_apart_at_most("aaaa", "aaa") == 1);
    CHECK(bytes_apart_at_most("abcdefghijkl", "abcdefghXjkl") == 1);
    CHECK(bytes_apart_at_most("model.layers.10.mlp.weight", "model.layers.1.mlp.weight") == 1);
    CHECK(bytes_apart_at_most("kitten", "sitting") == 7);
}

TEST_CASE("among hundreds of thousands of words the similar ones are found at once") {
    std::vector<std::string> words;
    for (int sample = 0; sample < 300; ++sample)
        for (int token = 0; token < 1000; ++token)
            words.push_back("samples." + std::to_string(sample) + ".activations.of.the.residual.stream.token." +
                            std::to_string(token));
    const auto start = std::chrono::steady_clock::now();
    const std::string near = near_words("samples.123.activations.of.the.residual.stream.tokn.456", words);
    const std::string none = near_words(std::string(99, 'x'), words);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    CHECK(near.find(" (similar: \"samples.123.activations.of.the.residual.stream.token.456\", ") == 0);
    CHECK(none == "");
    CHECK(took.count() < 1);  // two searches, compiled without optimisation
}
