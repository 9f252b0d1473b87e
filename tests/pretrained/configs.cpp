// The configurations of every family against transformers: configs.py draws files at random, and says what model each is.
#include "suture/gpt2/config_file.hpp"
#include "suture/llama/config_file.hpp"
#include "suture/neox/config_file.hpp"

#include "suture/decoder/detail/activate.hpp"
#include "suture/decoder/detail/rotary_angles.hpp"

#include "doctest.hpp"
#include "file/files.hpp"

#include <ATen/ops/tensor.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace {
using namespace suture;
using nlohmann::json;

std::vector<double> values(const at::Tensor& x) {
    const at::Tensor wide = x.to(at::kDouble).contiguous();
    return {wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel()};
}
bool are_close(const std::vector<double>& a, const std::vector<double>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(std::abs(a[i] - b[i]) <= 2e-6 * std::max(std::abs(a[i]), std::abs(b[i])) + 1e-9)) return false;
    return true;
}

/// The model of a configuration in the words of configs.py.
json described(const DecoderConfig& c, const std::vector<double>& points, const std::vector<Index>& lengths) {
    json is{{"width", c.width},
            {"vocabulary", c.vocabulary},
            {"layers", c.layers},
            {"head_width", c.head_width},
            {"heads", c.heads},
            {"key_heads", c.key_heads},
            {"inner", c.inner},
            {"positions", c.positions},
            {"qkv_bias", c.has_qkv_bias},
            {"attn_out_bias", c.has_attn_out_bias},
            {"mlp_bias", c.has_mlp_bias},
            {"tied", c.is_tied},
            {"score_scale", c.score_scale},
            {"score_cap", c.score_cap},
            {"logit_cap", c.logit_cap},
            {"epsilon", c.norm_epsilon},
            {"parallel", c.is_parallel},
            {"qk_norms", c.has_qk_norms},
            {"windows", json::array()},
            {"rotary", json::array()},
            {"activation",
             values(suture::detail::activate(at::tensor(points, at::TensorOptions(at::kDouble)), c.activation))}};
    for (Index layer = 0; layer < c.layers; ++layer) {
        is["windows"].push_back(c.window(layer));
        const Rotary& rotary = *c.rotary_of(layer);
        json frequencies = json::array();
        for (const Index length : lengths)
            frequencies.push_back(values(suture::detail::rotary_frequencies(rotary, length)));
        is["rotary"].push_back({{"frequencies", frequencies}, {"factor", rotary.attention_factor}});
    }
    return is;
}

/// Whether both say the same, numbers to about seven digits.
bool agree(const json& a, const json& b) {
    if (a.is_array() || a.is_object()) {
        if (a.type() != b.type() || a.size() != b.size()) return false;
        if (a.is_array() && !a.empty() && a[0].is_number())
            return are_close(a.get<std::vector<double>>(), b.get<std::vector<double>>());
        for (const auto& item : a.items())
            if (!agree(item.value(), a.is_array() ? b[std::stoul(item.key())] : b.at(item.key()))) return false;
        return true;
    }
    if (a.is_number()) return b.is_number() && are_close({a.get<double>()}, {b.get<double>()});
    return a == b;
}

DecoderConfig read(const std::filesystem::path& file, const std::string& family) {
    if (family == "gpt2") return gpt2::read_config(file);
    return family == "gpt_neox" ? neox::read_config(file) : llama::read_config(file);
}
}  // namespace

TEST_CASE("random configurations of every family describe the model that transformers makes of them") {
    const char* const name = std::getenv("SUTURE_PRETRAINED_CONFIGS");
    if (name == nullptr || !std::filesystem::exists(name)) {
        MESSAGE(
            "skipped: there are no configurations: install torch and transformers 5 for Python and run ctest, or run "
            "tests/pretrained/configs.py and name its file in SUTURE_PRETRAINED_CONFIGS");
        return;
    }
    const json all = json::parse(files::bytes_of(name));
    const auto points = all.at("points").get<std::vector<double>>();
    const auto lengths = all.at("lengths").get<std::vector<Index>>();
    const files::Folder folder;
    std::map<std::string, int> compared;
    int refused_by_both = 0, refused_here = 0;
    for (const json& one : all.at("cases")) {
        const std::string text = one.at("config");
        CAPTURE(text);
        files::write_bytes(folder / "config.json", text);
        const std::string family = json::parse(text).at("model_type");
        std::optional<DecoderConfig> config;
        std::string refusal;
        try {
            config = read(folder / "config.json", family);
        } catch (const ModelError& error) {
            refusal = error.what();
        }
        CAPTURE(refusal);
        if (!one.contains("is")) {
            CAPTURE(one.at("error"));
            refused_by_both += !config;
            if (one.at("matters")) CHECK_FALSE(config);
            continue;
        }
        if (!config) {
            ++refused_here;  // an odd number of rotated channels, kinds of layers with one rotary embedding each, ...
            continue;
        }
        const json is = described(*config, points, lengths), &wanted = one.at("is");
        for (const auto& item : is.items()) {
            CAPTURE(item.key());
            CAPTURE(item.value());
            CAPTURE(wanted.at(item.key()));
            CHECK(agree(item.value(), wanted.at(item.key())));
        }
        ++compared[family];
    }
    MESSAGE(json(compared).dump() << " compared, " << refused_by_both << " refused by both, " << refused_here
                                  << " by suture alone");
    CHECK(refused_here < static_cast<int>(all.at("cases").size()) / 4);
    for (const char* const family :
         {"llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3_text", "gemma3", "phi3", "gpt_neox"})
        CHECK(compared[family] > 5);
}
