// The grid of a sweep, from the usual names of its activations.
#pragma once

#include "command.hpp"
#include "shared/ids.hpp"

#include <suture/decoder/decoder.hpp>
#include <suture/suture.hpp>
#include <suture/sweep/grid.hpp>
#include <suture/sweep/sweep.hpp>

#include <range/v3/view/transform.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace sweep_program {
using examples::number_of;
using suture::Index;

namespace detail {
/// The grid of one activation, by its name on the command line, at all layers.
inline suture::Grid grid_of(const suture::Decoder& model, const std::string& name) {
    using suture::Grid;
    const auto in_each_block = [&](auto f) { return model->blocks | ranges::views::transform(f); };
    const auto stream = [&](auto member) {
        return Grid::of<suture::Resid>(
            in_each_block([member](const auto& block) { return site_ref((*block).*member); }));
    };
    using Block = suture::DecoderBlockImpl;
    if (name == "z")
        return Grid::of<suture::Z>(in_each_block([](const auto& block) { return site_ref(block->attn->z); }));
    if (name == "attn_out")
        return Grid::of<suture::AttnOut>(
            in_each_block([](const auto& block) { return site_ref(block->attn->out->output); }));
    if (name == "mlp_out")
        return Grid::of<suture::MlpOut>(
            in_each_block([](const auto& block) { return site_ref(block->mlp->down->output); }));
    if (name == "resid_pre") return stream(&Block::resid_pre);
    if (name == "resid_post") return stream(&Block::resid_post);
    if (name == "resid_mid") {
        if (model->config().is_parallel)
            throw suture::ValueError(
                "--what names resid_mid, but attention and MLP of this model read the same stream: "
                "name resid_pre or resid_post");
        return stream(&Block::resid_mid);
    }
    const auto projections = model->qkv_sites();
    if (name == "q") return Grid::of<suture::Q>(projections);
    return name == "k" ? Grid::of<suture::K>(projections) : Grid::of<suture::V>(projections);
}

/// @throws suture::ValueError if an activation is named twice, or does not have the heads that --by-head needs
inline void check_names(const SweepCommand& command) {
    for (auto name = command.what.begin(); name != command.what.end(); ++name) {
        if (std::find(command.what.begin(), name, *name) != name)
            throw suture::ValueError("--what names " + *name + " twice: name it once");
        if (command.by_head && name->size() > 1)
            throw suture::ValueError("--by-head is for q, k, v and z, but " + *name + " has no heads: leave it out");
    }
}

/// @throws suture::ValueError if --by-head would put heads of queries and of keys on one axis, where they are not as many
inline void check_heads(const SweepCommand& command, const suture::DecoderConfig& config) {
    const auto is_of_keys = [](const std::string& name) { return name == "k" || name == "v"; };
    const auto of_keys = std::count_if(command.what.begin(), command.what.end(), is_of_keys);
    if (command.by_head && config.heads != config.key_heads && of_keys > 0 &&
        static_cast<std::size_t>(of_keys) < command.what.size())
        throw suture::ValueError("--by-head: the model has " + std::to_string(config.heads) + " heads of queries and " +
                                 std::to_string(config.key_heads) +
                                 " of keys and values: sweep q,z and k,v in two runs");
}

/// The positions of "2:5", "2:", ":5" or "-1".
/// @throws suture::ValueError if the text is none of these
inline suture::Position<suture::Axis::token> positions_of(const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == text.npos) return suture::token(number_of("--tokens", text));
    const std::string begin = text.substr(0, colon), end = text.substr(colon + 1);
    return suture::tokens(begin.empty() ? 0 : number_of("--tokens", begin),
                          end.empty() ? suture::to_end : number_of("--tokens", end));
}
}  // namespace detail

/// @param tokens the number of tokens of each prompt
/// @throws suture::ValueError or suture::PositionError if the command line names a place that the prompts do not have
inline suture::Grid grid_of(const SweepCommand& command, const suture::Decoder& model, Index tokens) {
    detail::check_names(command);
    detail::check_heads(command, model->config());
    suture::Grid grid = detail::grid_of(model, command.what.front());
    for (std::size_t i = 1; i < command.what.size(); ++i) grid = grid.with(detail::grid_of(model, command.what[i]));
    if (command.by_head) grid = grid.by_head();
    if (command.tokens == "each") return grid;
    if (command.tokens == "together") return grid.all_positions();
    const auto where = detail::positions_of(command.tokens);
    (void)suture::detail::range_of(where, tokens, "a prompt of the sweep");  // fails before the model runs
    return grid.at(where);
}

}  // namespace sweep_program
