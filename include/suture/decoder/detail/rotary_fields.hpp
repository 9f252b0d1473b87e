// The object of a config.json that describes a rotary embedding, as transformers 5 writes it: rope_parameters. The reverse of
// rotary_config.hpp.
#pragma once

#include "suture/decoder/config.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace suture::detail {

/// The share of a head's channels from which readers, who round down, get `width` of them.
inline double share_of(Index width, Index head_width) {
    double share = static_cast<double>(width) / static_cast<double>(head_width);
    if (static_cast<Index>(static_cast<double>(head_width) * share) < width) share = std::nextafter(share, 2.0);
    return share;
}

/// @param share_if_absent what readers take for the share of rotated channels if nothing says it
inline nlohmann::ordered_json rotary_fields(const Rotary& r, Index head_width, double share_if_absent = 1) {
    nlohmann::ordered_json fields{{"rope_theta", r.base}, {"rope_type", "default"}};
    if (r.width != head_width || share_if_absent != 1) fields["partial_rotary_factor"] = share_of(r.width, head_width);
    if (r.scaling == RotaryScaling::none) return fields;
    if (r.scaling != RotaryScaling::longrope) fields["factor"] = r.factor;
    if (r.original_positions > 0 && r.scaling != RotaryScaling::dynamic_ntk)
        fields["original_max_position_embeddings"] = r.original_positions;
    switch (r.scaling) {
        case RotaryScaling::linear:
            fields["rope_type"] = "linear";
            break;
        case RotaryScaling::dynamic_ntk:
            fields["rope_type"] = "dynamic";
            break;
        case RotaryScaling::llama3:
            fields["rope_type"] = "llama3";
            fields["low_freq_factor"] = r.low_frequency_factor;
            fields["high_freq_factor"] = r.high_frequency_factor;
            break;
        case RotaryScaling::yarn:
            fields["rope_type"] = "yarn";
            fields["attention_factor"] = r.attention_factor;
            fields["beta_fast"] = r.beta_fast;
            fields["beta_slow"] = r.beta_slow;
            fields["truncate"] = r.truncate;
            break;
        case RotaryScaling::longrope:
            fields["rope_type"] = "longrope";
            fields["attention_factor"] = r.attention_factor;
            fields["short_factor"] = r.short_factors;
            fields["long_factor"] = r.long_factors;
            break;
        case RotaryScaling::none:
            break;
    }
    return fields;
}

}  // namespace suture::detail
