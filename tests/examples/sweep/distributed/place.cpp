// The place of a process from the variables of a launcher, and the refusals before anything is opened.
#include "../../../../examples/sweep/distributed/place.hpp"

#include "../../../../examples/sweep/distributed/group.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/arange.h>

#include <cstdlib>
#include <map>
#include <string>

using distributed::Place;
using suture::ValueError;
using suture_test::message_of;
using suture_test::says;

namespace {

/// The variables of one launcher, and none of another, until the closing brace.
class Launched {
public:
    explicit Launched(const std::map<std::string, std::string>& variables) {
        clear();
        for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
    }
    Launched(const Launched&) = delete;
    Launched& operator=(const Launched&) = delete;
    ~Launched() { clear(); }

private:
    static void clear() {
        for (const char* name : {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "TORCHELASTIC_USE_AGENT_STORE",
                                 "TORCHELASTIC_RESTART_COUNT"})
            unsetenv(name);
    }
};

const std::map<std::string, std::string> second_of_four{
    {"RANK", "1"}, {"WORLD_SIZE", "4"}, {"MASTER_ADDR", "node7"}, {"MASTER_PORT", "29500"}};

/// The message if one variable of a valid launcher has this value.
std::string refusal(const std::string& name, const std::string& value) {
    auto variables = second_of_four;
    variables[name] = value;
    const Launched launched(variables);
    return message_of<ValueError>([] { (void)Place::from_environment(); });
}

}  // namespace

TEST_CASE("a process that no launcher started is alone") {
    const Launched launched({});
    const Place place = Place::from_environment();
    CHECK(place.rank == 0);
    CHECK(place.size == 1);
}

TEST_CASE("the variables of a launcher give the place of a process and of the store") {
    const Launched launched(second_of_four);
    const Place place = Place::from_environment();
    CHECK(place.rank == 1);
    CHECK(place.size == 4);
    CHECK(place.address() == "node7:29500");
    CHECK(place.store_host() == "rank 0 of 4");
}

TEST_CASE("rank 0 hosts the store, and no other rank does") {
    for (const char* rank : {"0", "1", "2", "3"}) {
        auto variables = second_of_four;
        variables["RANK"] = rank;
        const Launched launched(variables);
        CHECK(Place::from_environment().hosts_store() == (std::string(rank) == "0"));
    }
}

TEST_CASE("under torchrun no rank hosts the store, and each attempt has its own keys") {
    auto variables = second_of_four;
    variables["RANK"] = "0";
    variables["TORCHELASTIC_USE_AGENT_STORE"] = "True";
    variables["TORCHELASTIC_RESTART_COUNT"] = "0";
    const auto prefix = [&] {
        const Launched launched(variables);
        const Place place = Place::from_environment();
        CHECK(!place.hosts_store());
        CHECK(place.store_host() == "torchrun");
        return place.prefix;
    };
    const std::string first = prefix();
    variables["TORCHELASTIC_RESTART_COUNT"] = "1";
    CHECK(prefix() != first);
}

TEST_CASE("a launcher that keeps its store to itself leaves it to rank 0") {
    auto variables = second_of_four;
    variables["RANK"] = "0";
    variables["TORCHELASTIC_USE_AGENT_STORE"] = "False";
    const Launched launched(variables);
    CHECK(Place::from_environment().hosts_store());
}

TEST_CASE("one process needs no store") {
    const Launched launched({{"RANK", "0"}, {"WORLD_SIZE", "1"}});
    CHECK(Place::from_environment().size == 1);
}

TEST_CASE("a missing variable is named if others are set") {
    for (const auto& [name, value] : second_of_four) {
        auto variables = second_of_four;
        variables.erase(name);
        const Launched launched(variables);
        CHECK(
            message_of<ValueError>([] { (void)Place::from_environment(); }) ==
            name +
                " is not set: set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT for every process, or none of them to "
                "run alone");
    }
}

TEST_CASE("a variable that is not a number is named with its value") {
    for (const char* name : {"RANK", "WORLD_SIZE", "MASTER_PORT"})
        for (const char* value : {"", "x", "1.5", "80x", " 1"})
            CHECK(says(refusal(name, value), std::string(name) + " '" + value + "' is not an integer: give one"));
}

TEST_CASE("a number outside its bounds is named with them") {
    for (const char* rank : {"-1", "4"})
        CHECK(refusal("RANK", rank) ==
              std::string("RANK ") + rank + " is outside 0 to 3: give each process its own rank below WORLD_SIZE");
    for (const char* size : {"-1", "0", "10001"})
        CHECK(says(refusal("WORLD_SIZE", size), std::string("WORLD_SIZE ") + size + " is outside 1 to 10000"));
    for (const char* port : {"-1", "0", "65536"})
        CHECK(says(refusal("MASTER_PORT", port), std::string("MASTER_PORT ") + port + " is outside 1 to 65535"));
}

TEST_CASE("an empty address is refused") {
    CHECK(refusal("MASTER_ADDR", "") == "MASTER_ADDR is empty: give the host name of rank 0");
}

TEST_CASE("a single process has every piece, and its sum is its own tensor") {
    distributed::Group alone;
    CHECK(alone.rank() == 0);
    CHECK(alone.size() == 1);
    for (const std::size_t piece : {0, 1, 39}) CHECK(alone.claim(piece));
    const at::Tensor mine = at::arange(3);
    CHECK(alone.sum(mine).equal(mine));
    alone.agree("--prompt", "any");
    alone.leave();
}
