#include "suture/decoder/key_value_cache.hpp"
#include "suture/decoder/decoder.hpp"

#include "suture/hook/hook_set.hpp"

#include "decoder/tiny.hpp"
#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

using namespace suture;
using suture_test::message_of;

namespace {
void check_close(const at::Tensor& is, const at::Tensor& wanted) {
    REQUIRE(is.sizes() == wanted.sizes());
    CHECK(is.sub(wanted).abs().max().item<double>() <= 1e-11 * std::max(1.0, wanted.abs().max().item<double>()));
}
}  // namespace

TEST_CASE("a new cache holds nothing, and a filled one knows its rows, columns and bytes") {
    const at::NoGradGuard no_gradients;
    KeyValueCache cache;
    CHECK(cache.empty());
    CHECK(cache.rows() == 0);
    CHECK(cache.lengths().empty());
    CHECK(cache.bytes() == 0);
    Decoder model = tiny::model(tiny::llama());
    model(at::randint(13, {2, 3}, at::kLong), {.cache = &cache});
    CHECK(cache.rows() == 2);
    CHECK(cache.length() == 3);
    CHECK(cache.bytes() ==
          2 * 2 * 2 * 2 * 3 * 6 * 8);  // layers, keys and values, rows, key heads, columns, width, bytes
}

TEST_CASE("a copy of a cache branches, a crop goes back, and repeated rows go on by themselves") {
    const at::NoGradGuard no_gradients;
    for (const DecoderConfig& config : tiny::all()) {
        Decoder model = tiny::model(config);
        const at::Tensor ids = at::randint(13, {1, 4}, at::kLong), next = at::randint(13, {3, 1}, at::kLong);
        KeyValueCache prompt;
        model(ids, {.cache = &prompt});
        for (Index i = 0; i < 3; ++i) {
            KeyValueCache mine = prompt;
            check_close(model(next.narrow(0, i, 1), {.cache = &mine})[0],
                        model(at::cat({ids, next.narrow(0, i, 1)}, 1))[0].slice(0, -1));
            CHECK(mine.length() == 5);
            CHECK(prompt.length() == 4);
            mine.crop(4);
            check_close(model(next.narrow(0, 0, 1), {.cache = &mine})[0],
                        model(at::cat({ids, next.narrow(0, 0, 1)}, 1))[0].slice(0, -1));
        }
        KeyValueCache three = prompt.repeated(3);
        const at::Tensor logits = model(next, {.cache = &three});
        for (Index i = 0; i < 3; ++i)
            check_close(logits[i], model(at::cat({ids, next.narrow(0, i, 1)}, 1))[0].slice(0, -1));
        CHECK(three.rows() == 3);
    }
}

TEST_CASE("a pass that throws leaves its cache as it was") {
    const at::NoGradGuard no_gradients;
    Decoder model = tiny::model(tiny::all().front());
    const at::Tensor ids = at::randint(13, {1, 3}, at::kLong);
    KeyValueCache cache;
    HookSet hooks;
    hooks.add(model->blocks[1]->resid_post,
              [](const View<Resid<dynamic>>&) { throw std::runtime_error("in the middle"); });
    {
        const auto scope = hooks.activate();
        CHECK_THROWS((void)model(ids, {.cache = &cache}));
    }
    CHECK(cache.empty());
    model(ids, {.cache = &cache});
    CHECK(cache.length() == 3);
}

TEST_CASE("a cache of other rows or another model is refused") {
    const at::NoGradGuard no_gradients;
    Decoder model = tiny::model(tiny::all().front());
    const at::Tensor ids = at::randint(13, {2, 3}, at::kLong);
    KeyValueCache cache;
    model(ids, {.cache = &cache});
    CHECK(message_of<ShapeError>([&] { (void)model(ids.narrow(0, 0, 1), {.cache = &cache}); }) ==
          "the cache holds 2 rows, but the ids have 1: give as many, or repeat the cache, cache.repeated(n)");
    CHECK(message_of<PositionError>([&] { cache.crop(4); }) == "crop(4) of a cache that holds 3 columns: give 1 to 3");
    CHECK(message_of<ValueError>([&] { (void)cache.repeated(0); }) == "a cache is repeated 0 times: give 1 or more");
    DecoderConfig other = tiny::all().front();
    other.layers = 1;
    CHECK(message_of<ModelError>([&] {
              (void)tiny::model(other)(ids, {.cache = &cache});
          }).find("use a cache with the model that filled it") != std::string::npos);
}
