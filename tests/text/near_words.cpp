// Similar words: the distance is a metric, and the most similar come first.
#include "suture/text/near_words.hpp"

#include "doctest.hpp"
#include "laws/property.hpp"

#include <string>

using suture::detail::bytes_apart;
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
