// What heads read of their own hides an edit of what all heads read only where both were changed.
#include "suture/decoder/detail/head_reads.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

using namespace suture;
using suture::detail::HeadReads;
using suture_test::message_of;
using suture_test::says;

TEST_CASE("edits of both are seen at one position, and in a graph anywhere") {
    const at::Tensor plain = at::zeros({1, 3, 2}), edited = plain.clone();
    edited[0][1].fill_(1);
    HeadReads reads{{}, "h.0.attn_in"};
    CHECK(reads.is_empty());
    CHECK_FALSE(reads.hides(plain, edited));
    at::Tensor changed = at::zeros({1, 3, 2, 1}, at::kBool);
    changed[0][2][1].fill_(true);
    reads.parts[1] = {at::zeros({1, 3, 2, 2}), changed};
    CHECK_FALSE(reads.is_empty());
    CHECK_FALSE(reads.hides(plain, edited));  // at another position
    changed[0][1][0].fill_(true);
    CHECK(reads.hides(plain, edited));
    CHECK_FALSE(reads.hides(plain, plain));
    reads.parts[1] = {at::zeros({1, 3, 2, 2}).requires_grad_(), at::zeros({1, 3, 2, 1}, at::kBool)};
    CHECK(reads.hides(plain, plain));
}

TEST_CASE("two norms of one stream are refused by the names of both sites") {
    CHECK(says(message_of<HookError>([] { suture::detail::refuse_two_norms("h.0.q_input", "h.0.ln_1"); }),
               "h.0.q_input: ", "at h.0.ln_1"));
}
