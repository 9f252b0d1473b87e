#include <suture/tensor/sequence_positions.hpp>

#include "doctest.hpp"

using suture::SequencePositions;

TEST_CASE("a pass is plain where its columns are the positions of sequences that end with it") {
    CHECK(SequencePositions{3, {0, 0}, {3, 3}}.is_plain());
    CHECK_FALSE(SequencePositions{3, {-1, 0}, {2, 3}}.is_plain());     // padding on the left
    CHECK_FALSE(SequencePositions{3, {0, 0}, {3, 2}}.is_plain());      // on the right
    CHECK_FALSE(SequencePositions{1, {3}, {4}}.is_plain());            // under a cache
    CHECK_FALSE(SequencePositions{3, {0}, {3}, {3}}.is_plain());       // with a prompt
    CHECK_FALSE(SequencePositions{3, {0}, {3}, {}, true}.is_plain());  // to be continued
    CHECK(SequencePositions{3, {0, 0}, {3, 3}}.rows() == 2);
    CHECK(SequencePositions{3, {0}, {3}} == SequencePositions{3, {0}, {3}});
    CHECK(SequencePositions{3, {0}, {3}} != SequencePositions{3, {0}, {2}});
}
