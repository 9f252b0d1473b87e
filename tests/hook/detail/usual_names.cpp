#include "suture/hook/detail/usual_names.hpp"

#include "doctest.hpp"

#include <set>
#include <string>
#include <string_view>

using namespace suture::detail;

namespace {
std::string family(const std::string& path) {
    const UsualNames* row = usually_named(path);
    return row ? std::string(row->family) : "nothing";
}
std::string here(const std::string& path) {
    const UsualNames* row = usually_named(path);
    for (const std::string_view end : row ? row->ends : UsualNames{}.ends)
        if (end == "resid_pre" || end == "resid_mid" || end == "resid_post") return std::string(end);
    return "nothing";
}
}  // namespace

TEST_CASE("no end stands in two rows") {
    std::set<std::string_view> seen;
    for (const UsualNames& row : usual_names)
        for (const std::string_view end : row.ends)
            if (!end.empty()) CHECK(seen.insert(end).second);
}

TEST_CASE("names of TransformerLens and Hugging Face say which component they mean") {
    CHECK(family("blocks.3.attn.hook_q") == "Q");
    CHECK(family("model.layers.3.self_attn.k_proj") == "K");
    CHECK(family("encoder.layer.3.attention.self.value") == "V");
    CHECK(family("blocks.*.attn.q.hook_out") == "Q");
    CHECK(family("blocks.3.mlp.hook_pre_linear") == "Up");
    CHECK(family("h.3.attn.c_attn") == "nothing");
    CHECK(family("") == "nothing");
}

TEST_CASE("the longest end counts, and # is the number of a layer or a pattern for it") {
    CHECK(here("blocks.3.hook_resid_mid") == "resid_mid");
    CHECK(here("blocks.3.hook_in") == "resid_pre");
    CHECK(here("blocks.*.hook_out") == "resid_post");
    CHECK(here("hook_out") == "nothing");
    CHECK(family("blocks.3.mlp.hook_out") == "MlpOut");
    CHECK(family("blocks.3.attn.hook_out") == "AttnOut");
}

TEST_CASE("projections that usually pack several components are known by their last step") {
    CHECK(usually_packs("h.3.attn.c_attn", "Q"));
    CHECK(usually_packs("query_key_value", "V"));
    CHECK_FALSE(usually_packs("h.3.attn.c_attn", "Gate"));
    CHECK(usually_packs("mlp.gate_up_proj", "Up"));
    CHECK_FALSE(usually_packs("h.3.attn.c_proj", "Q"));
    CHECK_FALSE(usually_packs("", "Q"));
}
