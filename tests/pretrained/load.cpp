// Loading a directory of whichever family; families.cpp compares the models with transformers.
#include "suture/pretrained/load.hpp"

#include "suture/gpt2/save.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"

#include <filesystem>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

TEST_CASE("the family is the one that config.json names") {
    const std::filesystem::path models = std::filesystem::path(SUTURE_SOURCE_DIR) / "tests/pretrained/data";
    for (const auto& [directory, family] : {std::pair{"llama", "llama"},
                                            {"mistral_window", "mistral"},
                                            {"gemma2", "gemma2"},
                                            {"gemma3_v4", "gemma3_text"},
                                            {"phi3", "phi3"},
                                            {"neox", "gpt_neox"}})
        CHECK(pretrained::load(models / directory)->config().family == family);
    const files::Folder folder;
    Gpt2Config config;
    config.width = 8, config.heads = 2, config.inner = 8, config.layers = 1, config.positions = 4,
    config.vocabulary = 5;
    gpt2::save(folder.path(), Decoder(config));
    CHECK(pretrained::load(folder.path())->config().family == "gpt2");
    CHECK(pretrained::load(folder.path(), {.skip = {}, .dtype = at::kHalf})->parameters().front().scalar_type() ==
          at::kHalf);
}

TEST_CASE("a family that the library lacks, or none at all, is refused with what to do") {
    const files::Folder folder;
    const auto refused = [&](const std::string& text) {
        files::write_bytes(folder / "config.json", text);
        return message_of<ModelError>([&] { (void)pretrained::load(folder.path()); });
    };
    CHECK(says(refused(R"({"model_type": "mamba"})"),
               "model_type is \"mamba\", but pretrained::load reads gpt2, gpt_neox, gemma3, llama",
               "export the model with torch.export"));
    CHECK(says(refused("{}"), "model_type is absent", "call gpt2::load, llama::load or neox::load"));
    CHECK_THROWS_AS((void)pretrained::load(folder / "nowhere"), FileError);
}
