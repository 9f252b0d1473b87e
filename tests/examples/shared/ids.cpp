// The numbers and lists of token ids that the examples take from the command line.
#include "../../../examples/shared/ids.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <string>
#include <vector>

using suture::ValueError;
using suture_test::message_of;
using suture_test::says;

TEST_CASE("a list of token ids is read") {
    CHECK(ids_of("2,1,0") == std::vector<suture::Index>{2, 1, 0});
    CHECK(ids_of("7") == std::vector<suture::Index>{7});
}

TEST_CASE("a list with nothing in it, or nothing between two commas, is refused") {
    for (const char* text : {"", ",", "2,,1", "2,1,", "2 1", "2;1", "a", "2,99999999999999999999"})
        CHECK(says(message_of<ValueError>([&] { (void)ids_of(text); }),
                   "'" + std::string(text) + "' is no list of token ids: give integers with commas between"));
}

TEST_CASE("a number is read whole or refused with the option that it was given to") {
    CHECK(number_of("--token", "-1") == -1);
    CHECK(number_of("--layer", "12") == 12);
    for (const char* text : {"", "1.5", "one", "1 2", "--layer"})
        CHECK(says(message_of<ValueError>([&] { (void)number_of("--layer", text); }),
                   "--layer '" + std::string(text) + "' is no whole number: give one, as in --layer 1"));
    CHECK(message_of<ValueError>([] { (void)number_of("--layer", "99999999999999999999"); }) ==
          "--layer 99999999999999999999 is too large: give a smaller number");
}
