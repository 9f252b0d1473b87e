#include "suture/exported/detail/stages.hpp"

#include "suture/exported/exported.hpp"

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <filesystem>
#include <string>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
Exported archive(const std::string& name) {
    return exported::load(std::filesystem::path(SUTURE_SOURCE_DIR) / "tests/exported/data" / (name + ".pt2"));
}
const std::vector<std::string> dynamic_archives{"own_dynamic", "gpt2_dynamic", "neox_dynamic", "llama_dynamic",
                                                "llama_sdpa_dynamic"};
const at::Tensor ids = at::tensor({3, 14, 15, 9, 26, 5, 35, 8, 9, 7, 9, 3, 23, 8}, at::kLong).view({2, 7});
}  // namespace

TEST_CASE("the stages one after another give what the model gives, for any batch and length") {
    const at::NoGradGuard no_grad;
    for (const std::string& name : dynamic_archives) {
        CAPTURE(name);
        const Exported model = archive(name);
        REQUIRE(model.has_stages());
        CHECK(model.why_no_stages().empty());
        CHECK(model.layers() == 2);
        for (const at::Tensor& prompts : {ids, ids.narrow(0, 0, 1), ids.narrow(1, 0, 3).repeat({3, 1})}) {
            at::Tensor x = model.embed(prompts);
            for (suture::Index layer = 0; layer < model.layers(); ++layer) x = model.block(layer, x);
            const at::Tensor logits = model(prompts);
            CHECK(at::allclose(model.unembed(x), logits, 1e-5, 1e-6));
            CHECK(at::allclose(model.unembed(x[0]), logits[0], 1e-5, 1e-6));
            const at::Tensor some = at::tensor({7, 0, 31});
            CHECK(at::allclose(model.unembed(x, some), logits.index_select(-1, some), 1e-5, 1e-6));
        }
    }
}

TEST_CASE("blocks of causal models can be run at chosen positions") {
    for (const std::string& name : dynamic_archives) {
        CAPTURE(name);
        CHECK(archive(name).computes_positions(ids.narrow(0, 0, 1)));
    }
}

TEST_CASE("a prompt of equal tokens is no proof: noise shows which positions see which") {
    const at::Tensor same = at::full({1, 7}, 5, at::kLong);
    for (const std::string& name : dynamic_archives) CHECK(archive(name).computes_positions(same));
}

TEST_CASE("what is written into a weight changes what follows from the sizes alone") {
    const at::NoGradGuard no_grad;
    const Exported own = archive("own_dynamic");
    const at::Tensor before = own.embed(ids);
    own.tensors().at("wpe.weight").mul_(-3);
    CHECK_FALSE(own.embed(ids).equal(before));
    at::Tensor x = own.embed(ids);
    for (suture::Index layer = 0; layer < own.layers(); ++layer) x = own.block(layer, x);
    CHECK(at::allclose(own.unembed(x), own(ids), 1e-5, 1e-6));
}

TEST_CASE("the embedding has gradients each time") {
    const Exported own = archive("own_dynamic");
    {
        const at::NoGradGuard no_grad;
        (void)own.embed(ids);
    }
    for (int i = 0; i < 2; ++i) own.embed(ids).sum().backward();
    CHECK(own.tensors().at("wpe.weight").grad().abs().sum().item<double>() > 0);
}

TEST_CASE("blocks that there are not, and ids that the model cannot take, are refused") {
    const Exported own = archive("own_dynamic");
    const at::Tensor x = own.embed(ids);
    for (const suture::Index layer : {-2, 2, 99})
        CHECK(says(message_of<ModelError>([&] { own.block(layer, x); }), "no block", "2 blocks"));
    CHECK(says(message_of<ShapeError>([&] { own.embed(ids[0]); }), "as many axes"));
    CHECK(says(message_of<ShapeError>([&] { own.embed(at::zeros({1, 70}, at::kLong)); }), "at most 32"));
}

TEST_CASE("a model without stages says why") {
    const Exported fixed = archive("gpt2");
    CHECK_FALSE(fixed.has_stages());
    CHECK(says(fixed.why_no_stages(), "dynamic_shapes"));
    CHECK(says(message_of<ModelError>([&] { fixed.embed(ids); }), "cannot be run in stages", "dynamic_shapes"));
    CHECK_FALSE(archive("vit").has_stages());
}
