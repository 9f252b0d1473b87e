#include "suture/generate/options.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <limits>

using namespace suture;
using suture_test::message_of;

TEST_CASE("the defaults are valid, and numbers out of range are named with what to give") {
    CHECK_NOTHROW(GenerateOptions{}.check());
    const auto error = [](const GenerateOptions& options) { return message_of<ValueError>([&] { options.check(); }); };
    CHECK(error({.max_new_tokens = -2}) == "max_new_tokens is -2: give 1 or more");
    CHECK(error({.temperature = std::numeric_limits<double>::infinity()})
              .find("temperature is inf: give a positive number") == 0);
    CHECK(error({.top_p = 1.5}) == "top_p is 1.5: give a share of probability from 0 to 1");
    CHECK(error({.min_p = -0.1}) == "min_p is -0.1: give a share from 0 to 1");
    CHECK(error({.repetition_penalty = -1}) == "repetition_penalty is -1: give a positive number; 1 changes nothing");
}
