// Keys of a Board: which site each of them means.
#include "suture/hook/detail/board_key.hpp"

#include "doctest.hpp"

#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>

using namespace suture;
using suture::detail::BoardKey;

TEST_CASE("a key means a site by its index, its path, its identity or the number in its path") {
    const Site site("h.3.attn");
    const auto meant_by = [&site](const BoardKey& key) { return key.means(1, site.id(), site.name()); };
    CHECK(meant_by(1));
    CHECK_FALSE(meant_by(3));
    CHECK(meant_by("h.3.attn"));
    CHECK(meant_by(std::string("h.3.attn")));
    CHECK_FALSE(meant_by("h.3"));
    CHECK(meant_by(BoardKey::layer(3)));
    CHECK_FALSE(meant_by(BoardKey::layer(1)));
    CHECK_FALSE(BoardKey::layer(0).means(0, 1, "ln_f"));
    CHECK_FALSE(BoardKey::layer(3).means(0, 1, "h.3.mlp.3"));
    CHECK(meant_by(SiteRef<AnyLayout>(site)));
    CHECK_FALSE(meant_by(SiteRef<AnyLayout>(Site("h.3.attn"))));
}

TEST_CASE("truth values and characters are not indices") {
    static_assert(std::convertible_to<int, BoardKey> && std::convertible_to<std::size_t, BoardKey>);
    static_assert(!std::convertible_to<bool, BoardKey> && !std::convertible_to<char, BoardKey>);
    CHECK_FALSE(BoardKey::layer(-1).means(0, 1, "h.3.attn"));
    CHECK(BoardKey::layer(-1).text() == "the model's layer -1");
}

TEST_CASE("keys are equal if they name the same in the same way") {
    CHECK(BoardKey(0) == BoardKey(0u));
    CHECK_FALSE(BoardKey(3) == BoardKey::layer(3));
    CHECK(BoardKey("a") == BoardKey(std::string("a")));
    CHECK_FALSE(BoardKey("a") == BoardKey("b"));
    CHECK(BoardKey(2) < BoardKey(10));
    CHECK(BoardKey(2) < BoardKey("a"));
}

TEST_CASE("keys as text, for messages") {
    CHECK(BoardKey(3).text() == "layer 3");
    CHECK(BoardKey(-1).text() == "layer -1");
    CHECK(BoardKey("h.3").text() == "site h.3");
    CHECK(BoardKey::layer(3).text() == "the model's layer 3");
}

TEST_CASE("a key is made from integers and texts alone") {
    static_assert(std::is_convertible_v<int, BoardKey> && std::is_convertible_v<const char*, BoardKey>);
    CHECK_FALSE(std::is_convertible_v<double, BoardKey>);
}
