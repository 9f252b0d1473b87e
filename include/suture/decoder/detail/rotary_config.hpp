// The fields of a config.json that describe a rotary embedding: those of transformers 5 (rope_parameters), and of 4 (rope_theta
// and rope_scaling). Source: transformers, modeling_rope_utils.py.
#pragma once

#include "suture/decoder/config.hpp"
#include "suture/decoder/detail/config_reader.hpp"

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace suture::detail {

/// What a family says of its rotary embedding where the file does not.
struct RotaryDefaults {
    Index head_width = 0, positions = 0;
    double base = 10000;
    double share = 1;  ///< of the channels of a head that are rotated: partial_rotary_factor
    std::optional<Index> original_positions = {};  ///< of the configuration itself, as in Phi-3, which wins
    bool is_always_longrope = false;               ///< Phi-3 also says "su" or "yarn" for longrope
    bool is_of_some_layers = false;                ///< then transformers does not read `truncate`
    bool reads_type = true;                        ///< the older name of `rope_type`
    bool can_be_partial = true;                    ///< otherwise all channels of a head are rotated
};

/// A number that a kind of scaling needs.
inline double needed_number(const ConfigReader& rope, const char* name, const std::string& kind) {
    if (!rope.says(name)) rope.refuse(name, "is absent, but " + kind + " needs it");
    return rope.positive(name, 1);
}
/// The factor, or by how much the positions exceed the original ones.
inline double factor_or_stretch(const ConfigReader& rope, const Rotary& r, const RotaryDefaults& defaults) {
    return rope.says("factor") ? rope.positive("factor", 1)
                               : static_cast<double>(defaults.positions) / static_cast<double>(r.original_positions);
}

inline void read_llama3(const ConfigReader& rope, Rotary& r) {
    r.factor = needed_number(rope, "factor", "llama3");
    r.low_frequency_factor = needed_number(rope, "low_freq_factor", "llama3");
    r.high_frequency_factor = needed_number(rope, "high_freq_factor", "llama3");
    if (r.high_frequency_factor <= r.low_frequency_factor)
        rope.refuse("high_freq_factor", "is " + rope.shown("high_freq_factor") + ", not above low_freq_factor " +
                                            rope.shown("low_freq_factor"));
}
inline void read_yarn(const ConfigReader& rope, Rotary& r, const RotaryDefaults& defaults) {
    r.factor = factor_or_stretch(rope, r, defaults);
    const auto stretch = [&](double scale) { return r.factor <= 1 ? 1 : 0.1 * scale * std::log(r.factor) + 1; };
    const double mscale = rope.says("mscale") ? rope.not_negative("mscale", 0) : 0,
                 of_all = rope.says("mscale_all_dim") ? rope.not_negative("mscale_all_dim", 0) : 0;
    if (rope.says("attention_factor"))
        r.attention_factor = rope.positive("attention_factor", 1);
    else
        r.attention_factor = mscale != 0 && of_all != 0 ? stretch(mscale) / stretch(of_all) : stretch(1);
    if (rope.says("beta_fast")) r.beta_fast = rope.positive("beta_fast", 32);
    if (rope.says("beta_slow")) r.beta_slow = rope.positive("beta_slow", 1);
    r.truncate = !rope.says("truncate") || defaults.is_of_some_layers || rope.flag("truncate", true);
}
inline void read_longrope(const ConfigReader& rope, Rotary& r, const RotaryDefaults& defaults) {
    const auto factors = [&](const char* name) {
        if (!rope.says(name)) rope.refuse(name, "is absent, but longrope needs it");
        std::vector<double> all = rope.numbers(name);
        if (all.size() != static_cast<std::size_t>(r.width / 2))
            rope.refuse(name, "has " + std::to_string(all.size()) + " numbers for " + std::to_string(r.width / 2) +
                                  " pairs of channels");
        return all;
    };
    r.short_factors = factors("short_factor"), r.long_factors = factors("long_factor");
    const double stretch = factor_or_stretch(rope, r, defaults);
    if (rope.says("attention_factor"))
        r.attention_factor = rope.positive("attention_factor", 1);
    else if (stretch > 1)
        r.attention_factor = std::sqrt(1 + std::log(stretch) / std::log(static_cast<double>(r.original_positions)));
}

/// The first channels of a head that are rotated. @throws ModelError, at `field`, unless their number is even
inline Index rotated_channels(const ConfigReader& config, const char* field, double share, Index head_width) {
    const auto width = static_cast<Index>(static_cast<double>(head_width) * share);
    if (width < 2 || width % 2 != 0 || width > head_width)
        config.refuse(field, "rotates " + std::to_string(width) + " of the " + std::to_string(head_width) +
                                 " channels of a head, but only an even number can be");
    return width;
}

/// The kind of scaling: "default", "linear", ...
inline std::string rotary_kind(const ConfigReader& rope, const RotaryDefaults& defaults) {
    std::string kind = "default";
    if (rope.says("rope_type"))
        kind = rope.word("rope_type", "");
    else if (rope.says("type") && defaults.reads_type)
        kind = rope.word("type", "");
    return defaults.is_always_longrope && (kind == "su" || kind == "yarn") ? "longrope" : kind;
}

/// The rotary embedding that an object describes. Without a kind it is plain.
inline Rotary read_rotary(const ConfigReader& rope, const RotaryDefaults& defaults) {
    Rotary r;
    r.base = rope.positive("rope_theta", defaults.base);
    const double share =
        rope.says("partial_rotary_factor") ? rope.positive("partial_rotary_factor", 1) : defaults.share;
    if (share != 1 && !defaults.can_be_partial)
        rope.refuse("partial_rotary_factor", "is not 1, but suture's " + rope.family() + " rotates whole heads",
                    by_export);
    r.width = rotated_channels(rope, "partial_rotary_factor", share, defaults.head_width);
    if (defaults.original_positions)
        r.original_positions = *defaults.original_positions;
    else
        r.original_positions = rope.says("original_max_position_embeddings")
                                   ? rope.count("original_max_position_embeddings", 1)
                                   : defaults.positions;
    const std::string kind = rotary_kind(rope, defaults);
    if (kind == "default") {
        r.original_positions = 0;
    } else if (kind == "linear") {
        r.scaling = RotaryScaling::linear;
        r.original_positions = 0;
        r.factor = needed_number(rope, "factor", kind);
    } else if (kind == "dynamic") {
        r.scaling = RotaryScaling::dynamic_ntk;
        r.original_positions = defaults.positions;  // whatever the object says
        r.factor = needed_number(rope, "factor", kind);
    } else if (kind == "llama3") {
        r.scaling = RotaryScaling::llama3;
        read_llama3(rope, r);
    } else if (kind == "yarn") {
        r.scaling = RotaryScaling::yarn;
        read_yarn(rope, r, defaults);
    } else if (kind == "longrope") {
        r.scaling = RotaryScaling::longrope;
        read_longrope(rope, r, defaults);
    } else {
        rope.refuse(rope.says("rope_type") ? "rope_type" : "type",
                    "is " + in_quotes(kind) + ", which suture's " + rope.family() + " lacks",
                    "give default, linear, dynamic, llama3, yarn or longrope, or " + std::string(by_export));
    }
    return r;
}

/// A plain rotary embedding of this base, for a file that says nothing more.
inline Rotary plain_rotary(const ConfigReader& config, const RotaryDefaults& defaults) {
    Rotary r;
    r.base = defaults.base;
    r.width = rotated_channels(config, "head_dim", defaults.share, defaults.head_width);
    return r;
}

/// The rotary embedding of a configuration that has one for all layers. What stands beside the object counts where the object
/// does not say it.
inline Rotary read_rotary_of(const ConfigReader& config, RotaryDefaults defaults, const char* base_field,
                             const char* share_field) {
    if (config.says(base_field)) defaults.base = config.positive(base_field, defaults.base);
    if (config.says(share_field)) defaults.share = config.positive(share_field, defaults.share);
    if (config.says("original_max_position_embeddings"))
        defaults.original_positions = config.count("original_max_position_embeddings", 1);
    // As in transformers, the older name wins, unless it is empty.
    for (const char* const name : {"rope_scaling", "rope_parameters"}) {
        if (!config.says_more(name)) continue;
        const ConfigReader rope = config.in(name);
        for (const char* const layers : {"full_attention", "sliding_attention"})
            if (rope.has(layers))
                rope.refuse(layers,
                            "is given: kinds of layers have rotary embeddings of their own, which suture's " +
                                config.family() + " lacks",
                            by_export);
        return read_rotary(rope, defaults);
    }
    if (defaults.share != 1 && !defaults.can_be_partial)
        config.refuse(share_field, "is not 1, but suture's " + config.family() + " rotates whole heads", by_export);
    return plain_rotary(config, defaults);
}

}  // namespace suture::detail
