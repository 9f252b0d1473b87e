// The sites of a grid, each once, and the one shape that activations are brought into.
#include "suture/sweep/detail/sites.hpp"

#include "suture/core/catalogue.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>

#include <string>
#include <vector>

namespace {
using namespace suture;
using suture::detail::by_prompt;
using suture::detail::SweepSites;
using suture_test::message_of;
using suture_test::says;
using Qkv = Gpt2Qkv<12, 3>;
}  // namespace

TEST_CASE("components of one site share it, and each part finds its site at every layer") {
    const std::vector<SiteRef<Qkv>> qkv{site_ref(HookPoint<Qkv>("h.0.qkv")), site_ref(HookPoint<Qkv>("h.1.qkv"))};
    const std::vector<SiteRef<MlpOut<5>>> mlps{site_ref(HookPoint<MlpOut<5>>("h.0.mlp")),
                                               site_ref(HookPoint<MlpOut<5>>("h.1.mlp"))};
    const SweepSites sites(Grid::of<Q, K>(qkv).with(Grid::of<MlpOut>(mlps)));
    REQUIRE(sites.size() == 4);
    for (std::size_t layer = 0; layer < 2; ++layer) {
        CHECK(sites.of(0, layer) == sites.of(1, layer));
        CHECK(sites.sites()[sites.of(0, layer)].id() == qkv[layer].id());
        CHECK(sites.sites()[sites.of(2, layer)].id() == mlps[layer].id());
        CHECK(sites.width(sites.of(1, layer)) == 36);
        CHECK(sites.width(sites.of(2, layer)) == 5);
    }
}

TEST_CASE("sites with the same name are distinguished by their identity") {
    const std::vector<SiteRef<Qkv>> same{site_ref(HookPoint<Qkv>("h")), site_ref(HookPoint<Qkv>("h"))};
    CHECK(SweepSites(Grid::of<Q>(same)).size() == 2);
}

TEST_CASE("activations of whole prompts and of flattened positions become [prompts, positions, width]") {
    const at::Tensor numbers = at::arange(24);
    const std::vector<Index> ids{2, 3};
    CHECK(by_prompt(numbers.view({2, 3, 4}), ids, 4).equal(numbers.view({2, 3, 4})));
    CHECK(by_prompt(numbers.view({6, 4}), ids, 4).equal(numbers.view({2, 3, 4})));
    for (const std::vector<Index>& shape :
         std::vector<std::vector<Index>>{{3, 2, 4}, {2, 3, 2, 2}, {4, 6}, {24}, {2, 12}, {2, 3, 4, 1}})
        CHECK(says(message_of<ShapeError>([&] { (void)by_prompt(numbers.view(shape), ids, 4); }), "shape [2, 3, 4]",
                   "give sites where each position has its own channels"));
}
