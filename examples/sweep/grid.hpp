// The grid of a sweep of GPT-2, by the names that its activations have in the field.
#pragma once

#include "command.hpp"
#include "shared/ids.hpp"

#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>
#include <suture/sweep/grid.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace examples {

namespace detail {
/// One of the activations that a command line names, at all layers.
template <Index Width, Index Heads>
suture::Grid grid_of(suture::Gpt2<Width, Heads>& model, const std::string& name) {
    using suture::Grid, suture::sites, suture::Whole;
    if (name == "z") return Grid::of<suture::Z>(sites<Whole<suture::Z<Width, Heads>>>(model, "h.*.attn.z"));
    if (name == "attn_out")
        return Grid::of<suture::AttnOut>(sites<Whole<suture::AttnOut<Width>>>(model, "h.*.attn.c_proj"));
    if (name == "mlp_out")
        return Grid::of<suture::MlpOut>(sites<Whole<suture::MlpOut<Width>>>(model, "h.*.mlp.c_proj"));
    if (name.starts_with("resid_"))
        return Grid::of<suture::Resid>(sites<Whole<suture::Resid<Width>>>(model, "h.*." + name));
    const auto projections = sites<suture::Gpt2Qkv<Width, Heads>>(model, "h.*.attn.c_attn");
    if (name == "q") return Grid::of<suture::Q>(projections);
    return name == "k" ? Grid::of<suture::K>(projections) : Grid::of<suture::V>(projections);
}

/// @throws suture::ValueError if one is named twice, or has no heads where each is to be by itself
inline void check_names(const SweepCommand& command) {
    for (auto name = command.what.begin(); name != command.what.end(); ++name) {
        if (std::find(command.what.begin(), name, *name) != name)
            throw suture::ValueError("--what names " + *name + " twice: name it once");
        if (command.by_head && name->size() > 1)
            throw suture::ValueError("--by-head is for q, k, v and z: " + *name + " has no heads of its own");
    }
}

/// "2:5", "2:", ":5" or "-1" as positions.
/// @throws suture::ValueError if it is none of them
inline suture::Position<suture::Axis::token> positions_of(const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == text.npos) return suture::token(number_of("--tokens", text));
    const std::string begin = text.substr(0, colon), end = text.substr(colon + 1);
    return suture::tokens(begin.empty() ? 0 : number_of("--tokens", begin),
                          end.empty() ? suture::to_end : number_of("--tokens", end));
}
}  // namespace detail

/// @param tokens how many a prompt has
/// @throws suture::ValueError or suture::PositionError if the command line asks for what the prompts do not have
template <Index Width, Index Heads>
suture::Grid grid_of(const SweepCommand& command, suture::Gpt2<Width, Heads>& model, Index tokens) {
    detail::check_names(command);
    suture::Grid grid = detail::grid_of(model, command.what.front());
    for (std::size_t i = 1; i < command.what.size(); ++i) grid = grid.with(detail::grid_of(model, command.what[i]));
    if (command.by_head) grid = grid.by_head();
    if (command.tokens == "each") return grid;
    if (command.tokens == "together") return grid.all_tokens();
    const auto where = detail::positions_of(command.tokens);
    (void)suture::detail::range_of(where, tokens, "a prompt of the sweep");  // an error before the model runs
    return grid.at(where);
}

}  // namespace examples
