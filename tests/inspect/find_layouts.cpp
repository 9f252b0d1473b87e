#include "suture/inspect/find_layouts.hpp"

#include "suture/exported/exported.hpp"

#include <ATen/ATen.h>

#include "doctest.hpp"

#include <filesystem>
#include <string>
#include <vector>

using namespace suture;

namespace {
Exported archive(const std::string& name) {
    return exported::load(std::filesystem::path(SUTURE_SOURCE_DIR) / "tests/exported/data" / (name + ".pt2"));
}
const at::Tensor ids = at::tensor({3, 14, 15, 9, 26, 5}, at::kLong).unsqueeze(0);

/// The names of the layouts found at a projection of an attention.
std::vector<std::string> found(const Exported& model, const std::string& attention, const std::string& projection,
                               const std::string& output, const std::string& pattern) {
    AttentionSites sites = AttentionSites().output(site(model, attention + output));
    if (!pattern.empty()) sites = sites.pattern(site(model, attention + pattern));
    std::vector<std::string> names;
    for (const FoundLayout& layout : find_layouts(model, site(model, attention + projection), sites, ids))
        names.push_back(layout.name);
    return names;
}
using Names = std::vector<std::string>;
}  // namespace

TEST_CASE("the layout of a packed projection is found by its behaviour alone") {
    CHECK(found(archive("gpt2"), "transformer.h.1.attn", ".c_attn", ":matmul.1", ":softmax") ==
          Names{"Gpt2Qkv<16, 2>"});
    CHECK(found(archive("neox_dynamic"), "gpt_neox.layers.1.attention", ".query_key_value", ":matmul.1", ":softmax") ==
          Names{"NeoXQkv<4, 4>"});
    CHECK(found(archive("falcon"), "transformer.h.1.self_attention", ".query_key_value", ".dense.input", ":softmax") ==
          Names{"FalconQkv<4, 2, 4>"});
}

TEST_CASE("projections of queries, keys and values alone are found, with key heads that several queries share") {
    const Exported llama = archive("llama_sdpa_dynamic");
    const std::string attention = "model.layers.1.self_attn", output = ":scaled_dot_product_attention";
    CHECK(found(llama, attention, ".q_proj", output, "") == Names{"LlamaQ<4, 4>"});
    CHECK(found(llama, attention, ".k_proj", output, "") == Names{"LlamaK<2, 4>"});
    CHECK(found(llama, attention, ".v_proj", output, "") == Names{"LlamaV<2, 4>"});
}

TEST_CASE("no layout is found where nothing reaches the attention") {
    const Exported gpt2 = archive("gpt2");
    CHECK(found(gpt2, "transformer.h.0", ".mlp.c_fc", ".attn:matmul.1", ".attn:softmax").empty());
}
