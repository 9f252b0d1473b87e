#include <suture/record/detail/sequences.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <memory>
#include <utility>

using namespace suture;
using namespace suture::detail;
using suture_test::message_of;

namespace {
StoredEntry entry(at::Tensor t, SequencePositions pass, std::size_t number = 0) {
    StoredEntry e;
    e.name = "h.0", e.pass = number;
    e.tensor = std::move(t), e.version = static_cast<std::int64_t>(e.tensor._version());
    e.cut = std::make_shared<const Cut>(Cut{{}, {}, false, std::make_shared<const SequencePositions>(std::move(pass))});
    return e;
}
}  // namespace

TEST_CASE("rows lose their padding, and go on with the next pass") {
    const at::Tensor prompt = at::randn({2, 3, 4}), step = at::randn({2, 1, 4});
    const std::vector<StoredEntry> entries{entry(prompt, {3, {0, -2}, {3, 1}, {}, true}),
                                           entry(step, {1, {3, 1}, {4, 2}, {}, true}, 1)};
    CHECK(stand_in_sequences(entries));
    const auto rows = sequences_of(entries);
    CHECK(rows[0].equal(at::cat({prompt[0], step[0]})));
    CHECK(rows[1].equal(at::cat({prompt[1].narrow(0, 2, 1), step[1]})));
}

TEST_CASE("a row that has ended takes no more positions") {
    const at::Tensor prompt = at::randn({2, 2, 4}), step = at::randn({2, 1, 4});
    const auto rows =
        sequences_of({entry(prompt, {2, {0, 0}, {2, 2}, {}, true}), entry(step, {1, {2, 2}, {3, 2}, {}, true}, 1)});
    CHECK(rows[0].size(0) == 3);
    CHECK(rows[1].equal(prompt[1]));
}

TEST_CASE("passes that are not continued, or without axes of tokens, are refused") {
    const at::Tensor step = at::randn({1, 1, 4});
    CHECK(message_of<HookError>([&] {
              sequences_of({entry(step, {1, {3}, {4}, {}, true}, 2)});
          }) ==
          "pass 2 of h.0 goes on with sequences of which the positions before it were not recorded: record from their "
          "first "
          "pass on, or clear() the recorder before a generation");
    CHECK(message_of<HookError>([&] {
              sequences_of(
                  {entry(at::randn({1, 2, 4}), {2, {0}, {2}, {}, true}), entry(step, {1, {3}, {4}, {}, true}, 1)});
          }).find("pass 1 of h.0 goes on with") == 0);
    CHECK(message_of<ShapeError>([&] {
              sequences_of({entry(at::randn({1, 4}), {1, {0}, {1}, {}, true})});
          }).find("sequences are put together from [batch, tokens, channels]") != std::string::npos);
}
