// Loading a directory of the family; tests/pretrained/families.cpp compares the models with transformers.
#include "suture/neox/load.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <filesystem>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

TEST_CASE("a directory of the family is loaded, and one of another family refused") {
    const std::filesystem::path models = std::filesystem::path(SUTURE_SOURCE_DIR) / "tests/pretrained/data";
    const Decoder model = neox::load(models / "neox");
    CHECK(model->config().family == "gpt_neox");
    CHECK_FALSE(model->parameters().front().requires_grad());
    CHECK(neox::load(models / "neox", {.skip = {}, .dtype = at::kBFloat16})->parameters().front().scalar_type() ==
          at::kBFloat16);
    CHECK(says(message_of<ModelError>([&] { (void)neox::load(models / "llama"); }), "model_type is"));
    CHECK_THROWS_AS((void)neox::load(models / "nowhere"), FileError);
}
