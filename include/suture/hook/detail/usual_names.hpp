// What activations are called elsewhere: by TransformerLens, by Hugging Face's models, and by this library's own ones.
#pragma once

#include "suture/hook/detail/paths.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace suture::detail {

/// One activation of a transformer: the component's family, which is empty for activations without one, and the ends of
/// the paths that are usual for it. # is the number of the layer.
struct UsualNames {
    std::string_view family;
    std::array<std::string_view, 12> ends;
};

/// Law: no end stands in two rows.
inline constexpr std::array usual_names{
    UsualNames{"Q", {"hook_q", "q.hook_out", "q_proj", "q", "query", "q_lin", "wq"}},
    UsualNames{"K", {"hook_k", "k.hook_out", "k_proj", "k", "key", "k_lin", "wk"}},
    UsualNames{"V", {"hook_v", "v.hook_out", "v_proj", "v", "value", "v_lin", "wv"}},
    UsualNames{"Z", {"hook_z", "o.hook_in", "z"}},
    UsualNames{"Gate", {"gate_proj", "gate"}},
    UsualNames{"Up", {"hook_pre_linear", "up_proj", "up"}},
    UsualNames{"Resid", {"hook_resid_pre", "#.hook_in", "resid_pre"}},
    UsualNames{"Resid", {"hook_resid_mid", "ln2.hook_in", "resid_mid"}},
    UsualNames{"Resid", {"hook_resid_post", "#.hook_out", "resid_post"}},
    UsualNames{"Resid", {"hook_embed", "embed.hook_out", "wte"}},
    UsualNames{"Resid", {"hook_pos_embed", "pos_embed.hook_out", "wpe"}},
    UsualNames{"", {"hook_tokens", "wte.input"}},
    UsualNames{"HeadIn", {"hook_attn_in", "attn_in"}},
    UsualNames{"HeadIn", {"hook_q_input", "q_input"}},
    UsualNames{"HeadIn", {"hook_k_input", "k_input"}},
    UsualNames{"HeadIn", {"hook_v_input", "v_input"}},
    UsualNames{"Resid", {"hook_mlp_in", "mlp_in"}},
    UsualNames{"HeadOut", {"hook_result", "attn.result"}},
    UsualNames{"AttnOut", {"hook_attn_out", "attn.hook_out", "attn_out", "o_proj", "out_proj", "attn.c_proj"}},
    UsualNames{"MlpOut", {"hook_mlp_out", "mlp.hook_out", "mlp_out", "down_proj", "mlp.c_proj"}},
    UsualNames{"Mlp", {"mlp.hook_pre", "mlp.c_fc"}},
    UsualNames{"Mlp", {"mlp.hook_post", "mlp.act"}},
    UsualNames{"Norm", {"ln1.hook_normalized", "ln1.hook_out", "ln_1", "input_layernorm"}},
    UsualNames{"Norm", {"ln2.hook_normalized", "ln2.hook_out", "ln_2", "post_attention_layernorm"}},
    UsualNames{"Norm", {"ln_final.hook_normalized", "ln_final.hook_out", "ln_f"}},
    UsualNames{"NormScale", {"ln1.hook_scale", "ln_1.scale"}},
    UsualNames{"NormScale", {"ln2.hook_scale", "ln_2.scale"}},
    UsualNames{"NormScale", {"ln_final.hook_scale", "ln_f.scale"}},
    UsualNames{"", {"hook_attn_scores", "attn.scores"}},
    UsualNames{"", {"hook_pattern", "attn.pattern"}},
};

/// Projections that compute several components at once, by the last step of their usual paths.
struct PackedNames {
    std::string_view families;
    std::array<std::string_view, 6> names;
};
inline constexpr std::array packed_names{
    PackedNames{"QKV", {"c_attn", "qkv_proj", "query_key_value", "qkv", "Wqkv", "in_proj"}},
    PackedNames{"GateUp", {"gate_up_proj"}},
};

/// How many of the last steps of a path, or of a pattern, are this end; 0 if they differ.
inline std::size_t steps_in_end(const std::vector<std::string>& path, std::string_view end) {
    const std::vector<std::string> wanted = steps_of(std::string(end));
    if (wanted.size() > path.size()) return 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const std::string& step = path[path.size() - wanted.size() + i];
        if (wanted[i] == "#" ? !is_all_digits(step) && !has_wildcards(step) : wanted[i] != step) return 0;
    }
    return wanted.size();
}

/// The activation that a path usually names: the row with the longest end that fits; null if no row fits.
inline const UsualNames* usually_named(const std::string& path) {
    const std::vector<std::string> steps = steps_of(path);
    const UsualNames* found = nullptr;
    std::size_t longest = 0;
    for (const UsualNames& row : usual_names)
        for (const std::string_view end : row.ends)
            if (const std::size_t length = steps_in_end(steps, end); length > longest) {
                longest = length;
                found = &row;
            }
    return found;
}

/// Whether a module of this path usually computes a component of the family together with others.
inline bool usually_packs(const std::string& path, std::string_view family) {
    for (const PackedNames& row : packed_names)
        for (const std::string_view name : row.names)
            if (!name.empty() && name == last_step(path) && row.families.find(family) != row.families.npos) return true;
    return false;
}

}  // namespace suture::detail
