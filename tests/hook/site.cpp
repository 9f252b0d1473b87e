#include <suture/hook/site.hpp>

#include "doctest.hpp"

#include <sstream>
#include <utility>
#include <vector>

using namespace suture;

TEST_CASE("every site has an identity of its own and a name") {
    const Site a{"h.0"}, b{"h.0"};
    CHECK(a.id() != b.id());
    CHECK(a.name() == "h.0");
    CHECK(Site().name() == "an unnamed site");
}

TEST_CASE("a copy is another site of the same name") {
    const Site a{"h.0"};
    const Site copy = a;
    CHECK(copy.id() != a.id());
    CHECK(copy.name() == "h.0");
}

TEST_CASE("an assigned site takes the name and stays itself") {
    Site a{"h.0"};
    const Site b{"h.1"};
    const auto id = a.id();
    a = b;
    CHECK(a.id() == id);
    CHECK(a.name() == "h.1");
}

TEST_CASE("a renamed site stays itself") {
    Site a;
    const auto id = a.id();
    a.rename("h.2");
    CHECK(a.id() == id);
    CHECK(a.name() == "h.2");
}

TEST_CASE("a moved site stays itself, so sites in a vector keep their hooks when it grows") {
    std::vector<Site> sites;
    sites.emplace_back("h.0");
    const auto id = sites.front().id();
    sites.reserve(sites.capacity() + 1);
    CHECK(sites.front().id() == id);
    const Site moved = std::move(sites.front());
    CHECK(moved.id() == id);
    CHECK(sites.front().id() != id);
}

TEST_CASE("a site prints its name") {
    std::ostringstream out;
    out << Site("h.3.attn") << ", " << Site();
    CHECK(out.str() == "h.3.attn, an unnamed site");
}
