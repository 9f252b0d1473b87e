// Loading a directory of the family; tests/pretrained/families.cpp compares the models with transformers.
#include "suture/llama/load.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <filesystem>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

TEST_CASE("a directory of the family is loaded, and one of another family refused") {
    const std::filesystem::path models = std::filesystem::path(SUTURE_SOURCE_DIR) / "tests/pretrained/data";
    const Decoder model = llama::load(models / "llama");
    CHECK(model->config().family == "llama");
    CHECK_FALSE(model->parameters().front().requires_grad());
    CHECK(llama::load(models / "llama", {.skip = {}, .dtype = at::kBFloat16})->parameters().front().scalar_type() ==
          at::kBFloat16);
    CHECK(says(message_of<ModelError>([&] { (void)llama::load(models / "neox"); }), "model_type is"));
    CHECK_THROWS_AS((void)llama::load(models / "nowhere"), FileError);
}
