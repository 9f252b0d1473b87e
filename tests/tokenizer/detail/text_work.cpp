// What one text may take.
#include "suture/tokenizer/detail/text_work.hpp"

#include "doctest.hpp"
#include "message.hpp"

using suture::ValueError;
using suture::detail::TextWork;
using suture_test::message_of;

TEST_CASE("steps add up to a limit that grows with the text") {
    TextWork work(1000);
    CHECK(work.most_steps() == 400'300'000);
    CHECK(work.add_steps(400'000'000));
    CHECK(work.add_steps(300'000));
    CHECK_FALSE(work.add_steps(1));
    CHECK(work.steps() == 400'300'001);
}

TEST_CASE("a text becomes at most so many times longer") {
    const TextWork work(10);
    CHECK_NOTHROW(work.check_bytes(1'051'136, "the normalizer"));
    CHECK(message_of<ValueError>([&] { work.check_bytes(1'051'137, "the normalizer"); }) ==
          "the normalizer makes 1051137 bytes of a text of 10, and at most 1051136 are made: remove the steps that "
          "lengthen "
          "it, or give a shorter text");
}
