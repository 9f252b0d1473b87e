// What the inspections tell of exported models: their sites, what passes there, and whether a layout is right.
#include <suture/core/catalogue.hpp>
#include <suture/exported/exported.hpp>
#include <suture/inspect/check_layout.hpp>
#include <suture/inspect/site_table.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <filesystem>
#include <sstream>
#include <string>

using namespace suture;

namespace {
Exported archive(const std::string& name) {
    return exported::load(std::filesystem::path(SUTURE_SOURCE_DIR) / "tests/exported/data" / (name + ".pt2"));
}
const at::Tensor ids = at::tensor({3, 14, 15, 9, 26, 5}, at::kLong).unsqueeze(0);
template <class T>
std::string text_of(const T& value) {
    std::ostringstream text;
    text << value;
    return text.str();
}
}  // namespace

TEST_CASE("the table of sites has the shapes of every module of an exported model") {
    const Exported gpt2 = archive("gpt2_dynamic");
    const std::string table = text_of(site_table(gpt2, ids));
    for (const char* path : {"transformer.h.1.attn.c_attn", "transformer.h.0.mlp.input", "lm_head"})
        CHECK(table.find(path) != std::string::npos);
}

TEST_CASE("a layout of an exported model is checked by how its attention behaves") {
    const Exported gpt2 = archive("gpt2_dynamic"), neox = archive("neox_dynamic");
    using Gpt2 = Gpt2Qkv<16, 2>;
    const AttentionSites sites = AttentionSites()
                                     .output(site(gpt2, "transformer.h.1.attn.c_proj.input"))
                                     .pattern(site(gpt2, "transformer.h.1.attn:softmax"));
    CHECK(check_layout(gpt2, site<Gpt2>(gpt2, "transformer.h.1.attn.c_attn"), sites, ids).passed());
    using NeoX = NeoXQkv<4, 4>;
    const std::string projection = "gpt_neox.layers.1.attention.query_key_value";
    const AttentionSites in_neox = AttentionSites()
                                       .output(site(neox, "gpt_neox.layers.1.attention.dense.input"))
                                       .pattern(site(neox, "gpt_neox.layers.1.attention:softmax"));
    CHECK(check_layout(neox, site<NeoX>(neox, projection), in_neox, ids).passed());
    // Split as GPT-2 packs it, which no shape can tell.
    CHECK_FALSE(check_layout(neox, site<Gpt2Qkv<16, 4>>(neox, projection), in_neox, ids).passed());
}
