// The tensors of exported models: whose bytes they are, and what a file may not say about them.
#include "suture/exported/detail/weights.hpp"

#include "exported/archives.hpp"

#include <ATen/ops/from_blob.h>
#include <caffe2/serialize/inline_container.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

using namespace archives;
using namespace suture::detail;

namespace {

Tensors weights_of(const std::string& name) { return read_weights(ExportedArchive(written_by_pytorch(name))); }

Tensors weights_of(const Folder& folder, const Records& records) {
    return read_weights(open_bytes(folder, archive_of(records)));
}

/// The refusal of an archive whose weight "w" has these changes.
void check_weight_refused(const Json& changes, const std::vector<std::string>& parts) {
    const Records records = records_with({{"w", payload(changes)}});
    std::vector<std::string> all{"tensor \"w\": "};
    all.insert(all.end(), parts.begin(), parts.end());
    check_archive_refused(archive_of(records), all);
}

}  // namespace

TEST_CASE("every tensor of PyTorch's archives is what LibTorch's own reader finds in its record") {
    for (const std::string& name : pytorch_archives) {
        const Tensors weights = weights_of(name);
        caffe2::serialize::PyTorchStreamReader reader(written_by_pytorch(name).string());
        std::size_t listed = 0;
        for (const std::string kind : {"weights", "constants"}) {
            const ExportedArchive archive(written_by_pytorch(name));
            const std::string folder = "data/" + kind + "/";
            const Json config = record_json(archive, folder + "model_" + kind + "_config.json").at("config");
            for (auto entry = config.begin(); entry != config.end(); ++entry, ++listed) {
                CAPTURE(name);
                CAPTURE(entry.key());
                const auto [data, size] = reader.getRecord(folder + entry.value().at("path_name").get<std::string>());
                const TensorMeta said = read_tensor_meta(entry.value().at("tensor_meta"));
                const TensorExtent extent = extent_of(said);
                const at::Tensor expected =
                    at::from_blob(data.get(), {static_cast<std::int64_t>(size / c10::elementSize(said.dtype))},
                                  said.dtype)
                        .as_strided(extent.sizes, extent.strides, extent.offset);
                const at::Tensor& tensor = weights.at(entry.key());
                CHECK(same_bits(tensor.detach(), expected));
                CHECK(tensor.strides() == at::IntArrayRef(extent.strides));
                CHECK(tensor.requires_grad() == said.requires_grad);
                CHECK(tensor.is_leaf());
                CHECK(reinterpret_cast<std::uintptr_t>(tensor.storage().data()) % 64 == 0);
            }
        }
        CHECK(weights.size() == listed);
    }
}

TEST_CASE("every tensor of a model with views, repeated, empty and tied tensors is the one that Python has") {
    const Tensors weights = weights_of("storages");
    const Safetensors python = Safetensors::open(written_by_pytorch("storages").replace_extension(".safetensors"));
    for (const auto& weight : weights) {
        CAPTURE(weight.first);
        CHECK(same_bits(weight.second.detach(), python.load("weight." + weight.first)));
    }
    for (const std::string& name : python.names())
        if (name.starts_with("weight.")) CHECK(weights.count(name.substr(7)) == 1);
    CHECK(weights.at("turned").strides() == at::IntArrayRef({1, 3}));
    CHECK(weights.at("tied").is_same(weights.at("turned")));
    CHECK(weights.at("middle").storage().is_alias_of(weights.at("whole").storage()));
    CHECK(weights.at("repeated").strides() == at::IntArrayRef({0, 1}));
    CHECK(weights.at("brain").requires_grad());
    CHECK_FALSE(weights.at("frozen").requires_grad());
}

TEST_CASE("parameters require gradients, and buffers and constants do not") {
    const Tensors llama = weights_of("llama_sdpa_dynamic");
    CHECK(llama.at("model.layers.1.self_attn.k_proj.weight").requires_grad());
    CHECK_FALSE(llama.at("model.rotary_emb.inv_freq").requires_grad());
    CHECK_FALSE(weights_of("counter").at("calls").requires_grad());
    CHECK(weights_of("twice").at("lifted_tensor_0").dim() == 0);
}

TEST_CASE("tied weights are one tensor, so that both see its values and its gradient") {
    const Tensors weights = weights_of("own");
    const at::Tensor &embedding = weights.at("wte.weight"), &unembedding = weights.at("lm_head.weight");
    CHECK(embedding.is_same(unembedding));
    embedding.sum().backward();
    CHECK(unembedding.grad().defined());
}

TEST_CASE("views of one record share its storage, each with its own shape") {
    const Folder folder;
    const Json row = meta({{"sizes", ints({3})}, {"strides", ints({1})}, {"storage_offset", {{"as_int", 3}}}});
    const Json turned = meta({{"sizes", ints({3, 2})}, {"strides", ints({1, 3})}});
    const Json ones = meta({{"sizes", ints({4, 2})}, {"strides", ints({0, 1})}});
    const Tensors weights = weights_of(
        folder,
        records_with(
            {{"all", payload()}, {"row", payload(row)}, {"turned", payload(turned)}, {"repeated", payload(ones)}}));
    CHECK(same_bits(weights.at("all").detach(), at::arange(6, at::kFloat).view({2, 3})));
    CHECK(same_bits(weights.at("row").detach(), at::arange(3, 6, at::kFloat)));
    CHECK(same_bits(weights.at("turned").detach(), at::arange(6, at::kFloat).view({2, 3}).t()));
    CHECK(same_bits(weights.at("repeated").detach(), at::arange(2, at::kFloat).expand({4, 2})));
    for (const auto& [name, tensor] : weights) CHECK(tensor.storage().is_alias_of(weights.at("all").storage()));
    weights.at("row").detach().fill_(9);
    CHECK(weights.at("all")[1][2].item<float>() == 9);
}

TEST_CASE("what is written into a weight stays in this program") {
    const Folder folder;
    const std::string file = archive_of(sound_records());
    const Tensors weights = read_weights(open_bytes(folder, file));
    weights.at("w").detach().mul_(2);
    CHECK(weights.at("w").sum().item<float>() == 30);
    CHECK(files::bytes_of(folder / "some.pt2") == file);
    CHECK(read_weights(ExportedArchive(folder / "some.pt2")).at("w").sum().item<float>() == 15);
}

TEST_CASE("weights outlive the archive and the file's name") {
    Tensors weights;
    {
        const Folder folder;
        weights = weights_of(folder, sound_records());
    }
    CHECK(weights.at("w").sum().item<float>() == 15);
}

TEST_CASE("weights at odd offsets are copied together with their views") {
    const Folder folder;
    const Json row = meta({{"sizes", ints({3})}, {"strides", ints({1})}, {"storage_offset", {{"as_int", 3}}}});
    const Records records = with(records_with({{"w", payload()}, {"row", payload(row)}}), "extra/x", "");
    for (std::size_t shift = 0; shift < 16; ++shift) {
        std::vector<ZipEntry> entries;
        for (const auto& [name, bytes] : records) entries.push_back({std::string(shift + 1, 'm') + "/" + name, bytes});
        const Tensors weights = read_weights(open_bytes(folder, zip_of(entries, {.alignment = 1})));
        CHECK(same_bits(weights.at("w").detach(), at::arange(6, at::kFloat).view({2, 3})));
        CHECK(weights.at("row").storage().is_alias_of(weights.at("w").storage()));
    }
}

TEST_CASE("tensors without elements need no bytes, whatever their offset and strides") {
    const Folder folder;
    const Json none = meta({{"sizes", ints({0, 3})}, {"strides", ints({3, 1})}, {"storage_offset", {{"as_int", 600}}}});
    const Records records = with(records_with({{"w", payload(none)}}), "data/weights/weight_0", "");
    const at::Tensor empty = weights_of(folder, records).at("w");
    CHECK(empty.sizes() == at::IntArrayRef({0, 3}));
    CHECK(empty.numel() == 0);
}

TEST_CASE("a scalar is a tensor without axes") {
    const Folder folder;
    const Json scalar =
        meta({{"sizes", Json::array()}, {"strides", Json::array()}, {"storage_offset", {{"as_int", 5}}}});
    CHECK(weights_of(folder, records_with({{"w", payload(scalar)}})).at("w").item<float>() == 5);
}

TEST_CASE("weights that are read under inference mode still take part in gradients") {
    const c10::InferenceMode inference;
    const at::Tensor weight = weights_of("own").at("ln_f.weight");
    CHECK_FALSE(weight.is_inference());
    CHECK(weight.requires_grad());
}

TEST_CASE("a model's name leads to its weights") {
    const Folder folder;
    Records records = sound_records();
    for (auto& [name, bytes] : records)
        if (const auto at = name.find("model_"); at != name.npos)
            name.replace(at, 5, "gpt");
        else if (name == "models/model.json")
            name = "models/gpt.json";
    CHECK(weights_of(folder, records).count("w") == 1);
}

TEST_CASE("a tensor that does not lie in its record is refused") {
    const std::string short_by = "the record \"data/weights/weight_0\" has 24 bytes, but its shape ";
    check_weight_refused(meta({{"sizes", ints({2, 4})}}), {short_by + "[2, 4], strides and offset need 28 bytes"});
    check_weight_refused(meta({{"strides", ints({4, 1})}}), {short_by});
    check_weight_refused(meta({{"storage_offset", {{"as_int", 1}}}}), {short_by, "need 28 bytes"});
    check_weight_refused(meta({{"dtype", 8}}), {short_by, "need 48 bytes"});
    check_weight_refused(meta({{"sizes", ints({1, 1})}, {"storage_offset", {{"as_int", 6}}}}), {short_by});
    check_weight_refused(meta({{"sizes", ints({std::int64_t(1) << 40, 1})}, {"strides", ints({1, 1})}}), {short_by});
}

TEST_CASE("a record without bytes is told apart: fake tensors were exported") {
    const Records records = with(sound_records(), "data/weights/weight_0", "");
    check_archive_refused(archive_of(records), {"has 0 bytes", "load real weights before the export"});
}

TEST_CASE("sizes, strides and offsets that overflow are refused") {
    const std::int64_t most = std::numeric_limits<std::int64_t>::max(), half = std::int64_t(1) << 32;
    const std::string overflow = "its shape or strides multiply to more than 2^63 - 1 bytes";
    check_weight_refused(meta({{"sizes", ints({half, half})}, {"strides", ints({0, 0})}}), {overflow});
    check_weight_refused(meta({{"sizes", ints({0, most, most})}, {"strides", ints({1, 1, 1})}}), {overflow});
    check_weight_refused(meta({{"sizes", ints({2, 2})}, {"strides", ints({most, most})}}), {overflow});
    check_weight_refused(meta({{"sizes", ints({3, 3})}, {"strides", ints({most, 1})}}), {overflow});
    check_weight_refused(meta({{"storage_offset", {{"as_int", most}}}}), {overflow});
    check_weight_refused(meta({{"storage_offset", {{"as_int", most / 4}}}}), {overflow});
    check_weight_refused(meta({{"sizes", ints({most, 1})}, {"strides", ints({1, 1})}}), {overflow});
    check_weight_refused(meta({{"sizes", ints({2, 3})}, {"strides", ints({most / 2, 1})}}), {overflow});
}

TEST_CASE("a bool that is neither 0 nor 1 is refused, on the mapped bytes too") {
    const Folder folder;
    const Json bools = meta({{"dtype", 12}, {"requires_grad", false}});
    Records records =
        with(records_with({{"w", payload(bools)}}), "data/weights/weight_0", std::string("\0\1\1\0\1\0", 6));
    CHECK(weights_of(folder, records).at("w").sum().item<int>() == 3);
    record_of(records, "data/weights/weight_0")[4] = '\xFF';
    check_archive_refused(archive_of(records),
                          {"tensor \"w\": the bool at element 4 of its record is the byte 255, not 0 or 1"});
}

TEST_CASE("a pickle is never read, and its remedy is said") {
    check_weight_refused({{"use_pickle", true}},
                         {"it is stored as a pickle, which is never read: export the model with plain tensors"});
    Json object = payload({{"use_pickle", true}});
    object["tensor_meta"] = nullptr;
    check_archive_refused(archive_of(records_with(Json::object(), {{"object", object}})),
                          {"tensor \"object\": it is stored as a pickle"});
}

TEST_CASE("tensors that this library cannot hold are refused") {
    check_weight_refused(meta({{"layout", 1}}), {"it is not dense: call to_dense()"});
    check_weight_refused(
        meta({{"device", {{"type", "cuda"}, {"index", 0}}}}),
        {"it is on cuda:0, but a file is read to the CPU: move the model there before the export: model.cpu()"});
    check_weight_refused(meta({{"device", {{"type", "meta"}}}}), {"it is on meta"});
    check_weight_refused(meta({{"dtype", 5}}), {"it has dtype int64 and cannot require gradients"});
    check_weight_refused(meta({{"dtype", 99}}), {"dtype number 99 is unknown"});
    Json symbolic = payload();
    symbolic["tensor_meta"]["sizes"][0] = Json::parse(R"json({"as_expr": {"expr_str": "Symbol('s70')"}})json");
    check_archive_refused(archive_of(records_with({{"w", symbolic}})),
                          {"its shape depends on \"Symbol('s70')\", but stored values have a fixed one"});
}

TEST_CASE("a path_name leads only to a record beside its configuration") {
    for (const char* path : {"", ".", "..", "../constants/tensor_0", "a/b", "a\\b", "/etc/passwd", ".hidden"})
        check_weight_refused({{"path_name", path}},
                             {"its path_name \"", "must be the name of a record beside the configuration"});
    check_weight_refused({{"path_name", "weight_7"}}, {"the record \"data/weights/weight_7\" is missing"});
    check_weight_refused({{"path_name", 7}}, {"path_name of its entry must be text, got 7"});
}

TEST_CASE("a configuration that is missing, damaged or ambiguous is refused") {
    const Records sound = sound_records();
    for (const char* record :
         {"data/weights/model_weights_config.json", "data/constants/model_constants_config.json"}) {
        check_archive_refused(archive_of(without(sound, record)), {record, "is missing"});
        check_archive_refused(archive_of(with(sound, record, "{")), {std::string(record) + ": it is not JSON ("});
        check_archive_refused(archive_of(with(sound, record, "{}")), {std::string(record) + " lacks \"config\""});
        check_archive_refused(archive_of(with(sound, record, R"({"config": []})")),
                              {std::string(record) + ": config must be an object"});
        check_archive_refused(archive_of(with(sound, record, R"({"config": {"v": []}})")),
                              {"tensor \"v\": its entry must be an object, got an array"});
    }
    check_archive_refused(
        archive_of(with(sound, "data/weights/model_weights_config.json", R"({"config": {"w": 1, "w": 2}})")),
        {"it has the key \"w\" twice"});
    check_archive_refused(archive_of(with(records_with({{"w", payload()}}, {{"w", payload()}}),
                                          "data/constants/weight_0", std::string(24, '\0'))),
                          {"tensor \"w\": it is among the weights and among the constants"});
}

TEST_CASE("each missing field of an entry is refused by its name") {
    for (const char* field : {"path_name", "is_param", "use_pickle", "tensor_meta"})
        check_weight_refused({{field, nullptr}}, {"its entry lacks \"" + std::string(field) + "\""});
}

TEST_CASE("whatever byte of an archive changes, it is read or refused") {
    const Folder folder;
    const std::string file = archive_of(records_with({{"w", payload()}, {"tied", payload()}}), {.alignment = 4});
    int refused = 0;
    for (std::size_t at = 0; at < file.size(); ++at)
        for (const char byte : {'\0', '\x7F', '\xFF', '9'}) {
            std::string bad = file;
            bad[at] = byte;
            const std::string message = error_of([&] {
                for (const auto& [name, tensor] : read_weights(open_bytes(folder, bad))) tensor.detach().clone();
            });
            if (message.empty()) continue;
            ++refused;
            CHECK(contains(message, ": "));
        }
    CHECK(refused > 0);
}
