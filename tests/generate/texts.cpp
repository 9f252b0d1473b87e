#include "suture/generate/texts.hpp"
#include "suture/gpt2/load.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <filesystem>
#include <string>
#include <vector>

using namespace suture;
using suture_test::message_of;

TEST_CASE("texts go on as their ids do, each as it does alone") {
    const std::filesystem::path directory = std::filesystem::path(SUTURE_SOURCE_DIR) / "examples/names/names-model";
    Decoder model = gpt2::load(directory);
    const Tokenizer tokenizer = Tokenizer::open(directory);
    const std::vector<std::string> texts{"When Mary and John went to the store , John gave a drink to",
                                         "When Mary and John"};
    const GeneratedTexts made = generate(model, tokenizer, texts, {.max_new_tokens = 2});
    REQUIRE(made.texts.size() == 2);
    CHECK(made.texts[0].find("Mary") != std::string::npos);
    for (std::size_t i = 0; i < 2; ++i) {
        const at::Tensor ids = at::tensor(tokenizer.encode(texts[i])).unsqueeze(0);
        const Generation alone = generate(model, ids, {.max_new_tokens = 2});
        CHECK(made.texts[i] == tokenizer.decode(alone.new_tokens(0)));
    }
    CHECK(message_of<ValueError>([&] {
              (void)generate(model, tokenizer, texts, {.attention_mask = at::ones({2, 3})});
          }).find("an attention mask beside texts") == 0);
}
