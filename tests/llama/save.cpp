// Saving a directory of the family; tests/pretrained/save.cpp saves models of all families.
#include "suture/llama/save.hpp"

#include "suture/pretrained/load.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"

#include <filesystem>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

TEST_CASE("a model of the family is saved under the names of transformers, and one of another family refused") {
    const std::filesystem::path models = std::filesystem::path(SUTURE_SOURCE_DIR) / "tests/pretrained/data";
    const files::Folder folder;
    llama::save(folder / "saved", pretrained::load(models / "llama"), {{"tokenizer.json", "{}"}});
    const Safetensors is = Safetensors::open(folder / "saved" / "model.safetensors"),
                      was = Safetensors::open(models / "llama" / "model.safetensors");
    CHECK(is.names() == was.names());
    CHECK(files::bytes_of(folder / "saved" / "tokenizer.json") == "{}");
    CHECK(says(message_of<ModelError>([&] { llama::save(folder / "other", pretrained::load(models / "neox")); }),
               "save it with pretrained::save"));
    CHECK_FALSE(std::filesystem::exists(folder / "other"));
}
