// Weights become parameters: mapped where the file has them in the dtype that is asked for, converted elsewhere.
#include "suture/decoder/detail/load_weights.hpp"

#include "decoder/tiny.hpp"
#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
/// The weights of a model as a file has them.
void write(const files::Folder& folder, const Decoder& model, at::ScalarType dtype) {
    std::map<std::string, at::Tensor> weights;
    for (const auto& parameter : model->named_parameters()) {
        const DecoderNames& names = *model->config().names;
        const bool is_head = parameter.key() == std::string(names.head) + ".weight";
        weights[(is_head ? "" : names.prefix) + parameter.key()] = parameter.value().detach().to(dtype);
    }
    save_safetensors(folder / "model.safetensors", weights);
}
bool is_mapped(const at::Tensor& parameter, const files::Folder& folder) {
    std::ifstream maps("/proc/self/maps");
    const auto address = reinterpret_cast<std::uintptr_t>(parameter.data_ptr());
    for (std::string line; std::getline(maps, line);) {
        std::uintptr_t begin = 0, end = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx", &begin, &end) == 2 && begin <= address && address < end)
            return line.find(folder.path().string()) != line.npos;
    }
    return false;
}
}  // namespace

TEST_CASE("models of all families come back from their files, in each dtype") {
    const at::NoGradGuard no_gradients;
    const at::Tensor ids = at::randint(13, {1, 5}, at::kLong);
    for (const DecoderConfig& config : tiny::all())
        for (const at::ScalarType stored : {at::kFloat, at::kBFloat16, at::kDouble})
            for (const at::ScalarType asked : {at::kFloat, at::kBFloat16}) {
                CAPTURE(config.family);
                CAPTURE(stored);
                CAPTURE(asked);
                const files::Folder folder;
                Decoder model = tiny::model(config);
                write(folder, model, stored);
                Decoder loaded = suture::detail::load_decoder(folder.path(), config, {.skip = {}, .dtype = asked});
                model->to(stored), model->to(asked);
                CHECK(loaded(ids).equal(model(ids)));
                for (const auto& parameter : loaded->named_parameters()) {
                    CHECK(parameter.value().scalar_type() == asked);
                    CHECK_FALSE(parameter.value().requires_grad());
                    CHECK(is_mapped(parameter.value(), folder) == (stored == asked));
                }
            }
}

TEST_CASE(
    "what is written into mapped weights does not reach the file, and a file that is replaced leaves them alone") {
    const at::NoGradGuard no_gradients;
    const files::Folder folder;
    const DecoderConfig config = tiny::llama();
    Decoder model = tiny::model(config);
    write(folder, model, at::kFloat);
    const std::string bytes = files::bytes_of(folder / "model.safetensors");
    Decoder loaded = suture::detail::load_decoder(folder.path(), config, {});
    const at::Tensor kept = loaded->blocks[1]->attn->q->weight.clone();
    loaded->blocks[0]->attn->q->weight.fill_(7);
    CHECK(files::bytes_of(folder / "model.safetensors") == bytes);
    write(folder, tiny::model(config), at::kDouble);
    CHECK(loaded->blocks[1]->attn->q->weight.equal(kept));
}

TEST_CASE("a dtype that weights cannot have is refused") {
    const files::Folder folder;
    CHECK(says(message_of<TypeError>([&] {
                   (void)suture::detail::load_decoder(folder.path(), tiny::llama(), {.skip = {}, .dtype = at::kInt});
               }),
               "weights cannot be loaded as int32: give at::kFloat"));
}

TEST_CASE("what does not belong to the model is refused in the family's own words") {
    const files::Folder folder;
    DecoderConfig config = tiny::llama();
    const Decoder model = tiny::model(config);
    write(folder, model, at::kFloat);
    const auto refused = [&](const DecoderConfig& asked) {
        return message_of<ModelError>([&] { (void)suture::detail::load_decoder(folder.path(), asked, {}); });
    };
    DecoderConfig other = config;
    other.vocabulary = 17;
    CHECK(says(refused(other), "embed_tokens.weight\" has shape [13, 24]", "set vocab_size to 13"));
    other = config, other.inner = 21;
    CHECK(says(refused(other), "gate_proj.weight\" has shape [20, 24]", "set intermediate_size to 20"));
    other = config, other.layers = 3;
    CHECK(
        says(refused(other), "no tensor \"layers.2.input_layernorm.weight\"", "num_hidden_layers in config.json is 3"));
    other = config, other.layers = 1;
    CHECK(says(refused(other), "the model of config.json lacks: set num_hidden_layers to 2"));
    other = config, other.is_tied = true;
    CHECK(says(refused(other), "differs from", "set tie_word_embeddings to false"));
    other = config, other.has_qk_norms = true;
    CHECK(says(refused(other), "has no tensor \"layers.0.self_attn.q_norm.weight\""));
    other = config, other.layers = 1'000'000'000;  // refused before a model of that size is made
    CHECK(says(refused(other), "num_hidden_layers in config.json is 1000000000"));
    other = config, other.width = 1'000'000'000;
    CHECK(says(refused(other), "has shape [13, 24]"));
}
