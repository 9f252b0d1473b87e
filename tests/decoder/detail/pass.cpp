// What a pass tells its blocks: which keys a query meets, and the rotary angles of each kind of layer.
#include "suture/decoder/detail/pass.hpp"

#include "decoder/tiny.hpp"
#include "doctest.hpp"

#include <ATen/ATen.h>

using namespace suture;
using suture::detail::DecoderPass;

TEST_CASE("a query meets the keys up to its own, and those of its window alone") {
    const DecoderConfig config = tiny::gemma();
    const at::Tensor x = at::zeros({1, 5, 24});
    const DecoderPass pass(config, x);
    for (Index query = 0; query < 5; ++query)
        for (Index key = 0; key < 5; ++key) {
            CHECK(pass.hidden(1)[query][key].item<bool>() == (key > query));
            CHECK(pass.hidden(0)[query][key].item<bool>() == (key > query || key <= query - 3));
        }
    CHECK(pass.hidden(0).is_same(pass.hidden(0)));  // computed once
}

TEST_CASE("layers with a window have their own rotary angles, and each kind is computed once") {
    const DecoderConfig config = tiny::gemma();
    const DecoderPass pass(config, at::zeros({1, 5, 24}));
    CHECK(pass.angles(0) == pass.angles(0));
    CHECK(pass.angles(0) != pass.angles(1));
    CHECK_FALSE(pass.angles(0)->cos.equal(pass.angles(1)->cos));
    const DecoderConfig learned = tiny::gpt2();
    CHECK(DecoderPass(learned, at::zeros({1, 5, 24})).angles(0) == nullptr);
}
