// Which tensors of a checkpoint are which parameters of a decoder: names with any one prefix, wrappers' names within, tied
// weights under either name; and, if one does not fit, the cause that the file shows.
#pragma once

#include "suture/decoder/config.hpp"
#include "suture/decoder/decoder.hpp"
#include "suture/file/safetensors.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/joined.hpp"
#include "suture/text/visible_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail {

/// A name in a file without the names of wrappers, "module." or "_orig_mod.", split where the family's part begins.
struct WeightName {
    std::string prefix;  ///< "transformer.", or nothing
    std::string rest;    ///< "h.0.attn.c_attn.weight"; empty if no part of the name is the family's

    std::string whole() const { return prefix + rest; }
    /// The prefix but for that of the model's body, such as "transformer.", which the unembedding does not have.
    std::string model(const DecoderNames& names) const {
        const std::string_view body = names.prefix;
        if (!prefix.ends_with(body)) return prefix;
        std::string before = prefix.substr(0, prefix.size() - body.size());
        return before.empty() || before.back() == '.' ? before : prefix;  // not the end of "language_model."
    }
    bool is_head(const DecoderNames& names) const { return rest == std::string(names.head) + ".weight"; }
};

/// What PyTorch's wrappers add to a name, wherever they are: compiled, distributed and checkpointed modules.
inline constexpr std::array<std::string_view, 5> wrapper_names{"_orig_mod", "module", "_forward_module",
                                                               "_fsdp_wrapped_module", "_checkpoint_wrapped_module"};

inline WeightName split_name(const DecoderNames& names, const std::string& name) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= name.size();) {
        const std::size_t end = std::min(name.find('.', begin), name.size());
        std::string part = name.substr(begin, end - begin);
        if (std::find(wrapper_names.begin(), wrapper_names.end(), part) == wrapper_names.end())
            parts.push_back(std::move(part));
        begin = end + 1;
    }
    const auto is_weight = [&](std::size_t at) { return parts[at] == "weight" || parts[at] == "bias"; };
    const auto is_number = [&](std::size_t at) {
        return !parts[at].empty() && parts[at].size() < 10 &&
               parts[at].find_first_not_of("0123456789") == std::string::npos;
    };
    const auto begins = [&](std::size_t at) {
        const std::size_t left = parts.size() - at;
        for (const char* const root : {names.token_embedding, names.position_embedding, names.final_norm, names.head})
            if (*root != 0 && parts[at] == root) return left == 2 && is_weight(at + 1);
        return parts[at] == names.blocks && left > 2 && is_number(at + 1);
    };
    std::size_t first = 0;
    while (first < parts.size() && !begins(first)) ++first;
    WeightName split;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i < first)
            split.prefix += parts[i] + ".";
        else
            split.rest += (i == first ? "" : ".") + parts[i];
    }
    if (first == parts.size() && !parts.empty()) split.prefix.pop_back();  // no dot behind the last part
    return split;
}

/// The weights of a file as those of the model that a config.json describes.
class CheckpointWeights {
public:
    /// Finds all of the model's parameters, before there is a model: a wrong config.json cannot make it take more than a
    /// few times the memory of the file.
    /// @throws ModelError if one is missing, is there twice, or has another shape or dtype
    CheckpointWeights(const Safetensors& file, std::string where, const DecoderConfig& config)
        : file_(file), where_(std::move(where)), config_(config), names_of_family_(*config.names) {
        for (const std::string& name : file_.names()) take(name);
        check_one_model();
        find_all();
        check_tied_head();
    }
    CheckpointWeights(const CheckpointWeights&) = delete;
    CheckpointWeights& operator=(const CheckpointWeights&) = delete;

    /// The name of a parameter in the file. @throws ModelError as the constructor
    std::string find(const std::string& parameter, at::IntArrayRef sizes) const {
        const auto found = names_.find(named_in_file(parameter));
        if (found == names_.end()) refuse_missing(parameter);
        check_floating(found->second);
        check_shape(found->second, parameter, sizes);
        return found->second;
    }

    /// The tensors that the model has no place for, without the masks of older checkpoints.
    std::vector<std::string> extra() const {
        std::vector<std::string> extra;
        for (const auto& [rest, name] : names_)
            if (!used_.contains(rest) && !is_mask(rest) && !(config_.is_tied && rest == head())) extra.push_back(name);
        extra.insert(extra.end(), strangers_.begin(), strangers_.end());
        std::sort(extra.begin(), extra.end());
        return extra;
    }

    /// @throws ModelError if the file has a tensor that the model lacks and that is not of a module in `skip`, or if such a
    /// module is not in the file
    void check_all_used(const std::vector<std::string>& skip) const {
        std::vector<std::string> extra = this->extra();
        const std::vector<std::string> all = extra;
        for (const std::string& module : skip) {
            const std::size_t before = extra.size();
            std::erase_if(extra, [&](const std::string& name) { return is_of(module, name); });
            const bool is_repeated =
                std::any_of(all.begin(), all.end(), [&](const std::string& name) { return is_of(module, name); });
            if (extra.size() == before && !is_repeated)
                throw ModelError(where_ + ": there is nothing to skip at " + in_quotes(module) + ": " +
                                 (all.empty() ? "leave it out, the file has only the model's weights"
                                              : "the model lacks " + some_of(all)));
        }
        if (!extra.empty()) refuse_extra(extra);
    }

private:
    static constexpr std::size_t most_shown = 3;

    WeightName split(const std::string& name) const { return split_name(names_of_family_, name); }
    std::string head() const { return std::string(names_of_family_.head) + ".weight"; }
    std::string embedding() const { return std::string(names_of_family_.token_embedding) + ".weight"; }
    bool is_in_block(std::string_view rest) const {
        const std::string_view blocks = names_of_family_.blocks;
        return rest.size() > blocks.size() && rest.starts_with(blocks) && rest[blocks.size()] == '.';
    }
    /// The layer of a name in a block.
    Index layer_of(const std::string& rest) const {
        return std::stol(rest.substr(std::string_view(names_of_family_.blocks).size() + 1));
    }

    /// `"a", "b", "c" and 4 more`
    static std::string some_of(const std::vector<std::string>& names) {
        const std::vector<std::string> shown(
            names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), most_shown)));
        const std::string more =
            names.size() > most_shown ? " and " + std::to_string(names.size() - most_shown) + " more" : "";
        return joined(shown, ", ", [](const std::string& name) { return in_quotes(name); }) + more;
    }
    bool is_of(const std::string& module, const std::string& name) const {
        const std::string whole = split(name).whole();
        return name == module || whole == module || name.starts_with(module + ".") || whole.starts_with(module + ".");
    }
    /// The causal masks and rotary frequencies that older versions of transformers saved as buffers.
    bool is_mask(std::string_view rest) const {
        const std::string attn = std::string(".") + names_of_family_.attn + ".";
        return is_in_block(rest) && (rest.ends_with(attn + "bias") || rest.ends_with(attn + "masked_bias") ||
                                     rest.ends_with(".rotary_emb.inv_freq"));
    }
    static bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> ends) {
        return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return name.ends_with(end); });
    }
    bool has_name_with(std::initializer_list<std::string_view> parts) const { return !first_with(parts).empty(); }
    /// The first name in the file with one of these in it, or an empty text.
    std::string first_with(std::initializer_list<std::string_view> parts) const {
        for (const std::string& name : file_.names())
            for (const std::string_view part : parts)
                if (name.find(part) != name.npos) return name;
        return "";
    }

    void take(const std::string& name) {
        // Of a Gemma 3 with images only the text model is read, see llama::read_config.
        if (config_.family == "gemma3_text" &&
            (name.find("vision_tower.") != name.npos || name.find("multi_modal_projector.") != name.npos))
            return;
        WeightName parts = split(name);
        if (parts.rest.empty()) {
            if (!name.ends_with("rotary_emb.inv_freq")) strangers_.push_back(name);
            return;
        }
        if (is_mask(parts.rest)) return;
        if (!parts.is_head(names_of_family_)) bodies_.emplace(parts.model(names_of_family_), name);
        taken_.emplace_back(std::move(parts), name);
    }

    /// Sorts the weights by the model that they belong to: there must be one.
    void check_one_model() {
        if (bodies_.size() > 1) {
            const auto second = std::next(bodies_.begin());
            throw ModelError(where_ + " has weights of several models, such as " + in_quotes(bodies_.begin()->second) +
                             " and " + in_quotes(second->second) + ": save one model in each file");
        }
        const std::string model = bodies_.empty() ? "" : bodies_.begin()->first;
        for (const auto& [split, name] : taken_) {
            if (split.is_head(names_of_family_) && !is_head_of(model, split)) {
                strangers_.push_back(name);
                continue;
            }
            const auto [at, is_new] = names_.emplace(split.rest, name);
            if (!is_new)
                throw ModelError(where_ + " has one weight twice, as " + in_quotes(at->second) + " and " +
                                 in_quotes(name) + ": save one model in each file");
        }
    }
    /// Whether this is the unembedding of the model with this prefix: beside the body, or outside of it.
    bool is_head_of(const std::string& model, const WeightName& head) const {
        const std::string of_head = head.model(names_of_family_);
        return model.starts_with(of_head) && (of_head.empty() || of_head.back() == '.');
    }

    /// The name by which the file has a parameter: a tied embedding may be there as the unembedding only.
    std::string named_in_file(const std::string& parameter) const {
        const bool is_other = config_.is_tied && parameter == embedding() && !names_.contains(parameter);
        return is_other ? head() : parameter;
    }

    /// The model's own modules say which parameters it has, once it is known that the file has as many layers.
    void find_all() {
        (void)find(embedding(), at::IntArrayRef({config_.vocabulary, config_.width}));
        if (config_.layers > layers_in_file())
            refuse_missing(std::string(names_of_family_.blocks) + "." + std::to_string(layers_in_file()) + "." +
                           names_of_family_.attn_norm + ".weight");
        const DecoderImpl model(config_, DecoderWeights::without_memory);
        for (const auto& parameter : model.named_parameters()) {
            (void)find(parameter.key(), parameter.value().sizes());
            used_.insert(named_in_file(parameter.key()));
        }
    }

    void check_tied_head() const {
        const auto head = names_.find(this->head()), embedding = names_.find(this->embedding());
        if (!config_.is_tied || head == names_.end() || embedding == names_.end()) return;
        check_floating(head->second);
        const auto values = [this](const std::string& name) { return file_.load(name).to(at::kFloat); };
        if (file_.sizes(head->second) != file_.sizes(embedding->second) ||
            !values(head->second).equal(values(embedding->second)))
            throw ModelError(where_ + ": \"" + head->second + "\" differs from \"" + embedding->second +
                             "\" but config.json ties them: set tie_word_embeddings to false");
    }

    void check_floating(const std::string& name) const {
        const std::string stored = file_.stored_dtype(name);
        if (stored == "F32" || stored == "F16" || stored == "BF16" || stored == "F64") return;
        const bool is_named = file_.can_load(name) && !at::isFloatingType(file_.dtype(name));
        throw ModelError(where_ + ": \"" + name + "\" is " + (is_named ? dtype_text(file_.dtype(name)) : stored) +
                         " but weights are floating-point numbers of 16, 32 or 64 bits: use weights that are not " +
                         "quantized");
    }

    void check_shape(const std::string& name, const std::string& parameter, at::IntArrayRef sizes) const {
        const std::vector<std::int64_t> stored = file_.sizes(name);
        const at::IntArrayRef is(stored);
        if (is == sizes) return;
        const std::string what = where_ + ": \"" + name + "\" has shape " + shape_text(is);
        const std::string wanted = " but config.json requires " + shape_text(sizes);
        if (is.size() == 1 && is[0] == 0)
            throw ModelError(what + wanted + ": DeepSpeed's ZeRO-3 saves such placeholders, join its files with " +
                             "zero_to_fp32.py");
        if (is.size() != sizes.size()) throw ModelError(what + wanted + ": use the config.json of these weights");
        const bool is_linear = is_in_block(parameter) && is.size() == 2;
        if (is_linear && is[0] == sizes[1] && is[1] == sizes[0])
            throw ModelError(
                what + ", the transpose of " + shape_text(sizes) + ": " +
                (config_.is_transposed
                     ? "the weights are those of torch.nn.Linear, as nanoGPT saves them, so transpose those of c_attn, "
                       "c_fc and both c_proj"
                     : "transpose the weights of the linear layers"));
        throw ModelError(what + wanted + ": " + remedy_for_shape(parameter, is, sizes));
    }
    /// Which field of config.json would make the shape right.
    std::string remedy_for_shape(const std::string& parameter, at::IntArrayRef is, at::IntArrayRef sizes) const {
        const std::string usual = "use the config.json of these weights";
        const auto set = [&](const char* field, Index value) {
            return std::string("set ") + field + " to " + std::to_string(value) + ", or " + usual;
        };
        const bool is_wide = is.size() == 2 && is[1] == sizes[1];
        const DecoderNames& names = names_of_family_;
        if (parameter == embedding() && is_wide) return set("vocab_size", is[0]);
        if (parameter == std::string(names.position_embedding) + ".weight" && is_wide)
            return set(names.positions_field, is[0]);
        // Linear weights are [out, in], or [in, out] where they are transposed.
        const std::size_t out = config_.is_transposed ? 1 : 0, in = 1 - out;
        const bool is_up = (*names.up != 0 && parameter.ends_with(std::string(names.up) + ".weight")) ||
                           (*names.gate != 0 && parameter.ends_with(std::string(names.gate) + ".weight"));
        if (is_up && is[in] == sizes[in]) return set(names.inner_field, is[out]);
        if (*names.qkv != 0 && parameter.ends_with(std::string(names.qkv) + ".weight") && is[in] == sizes[in] &&
            is[out] < sizes[out])
            return std::string("heads of this layer were pruned, which a ") + names.family +
                   " of equal layers cannot hold: use the weights from before";
        return usual;
    }

    /// How many layers the file has: one more than the highest number.
    Index layers_in_file() const {
        Index layers = 0;
        for (const auto& item : names_)
            if (is_in_block(item.first)) layers = std::max(layers, layer_of(item.first) + 1);
        return layers;
    }

    [[noreturn]] void refuse_missing(const std::string& parameter) const {
        const std::string missing = where_ + " has no tensor \"" + parameter + "\"";
        const auto absent = file_.absent();
        for (const std::string& name : absent)
            if (split(name).rest == parameter)
                throw ModelError(missing + ": the index lists \"" + name + "\" in a file that lacks it: download or " +
                                 "save the model again");
        if (parameter == head())
            throw ModelError(missing + ", which config.json requires: set tie_word_embeddings to true");
        if (file_.names().empty()) throw ModelError(missing + " and no other: download or save the model again");
        refuse_other_kinds(missing);
        const bool has_biases =
            std::any_of(names_.begin(), names_.end(), [](const auto& item) { return item.first.ends_with(".bias"); });
        if (config_.is_transposed && parameter.ends_with(".bias") && !has_biases)
            throw ModelError(missing + " and no other bias: the model was trained without them, as nanoGPT with " +
                             "bias=False, so add biases of zeros");
        if (const Index layers = layers_in_file();
            is_in_block(parameter) && layers > 0 && layer_of(parameter) >= layers)
            throw ModelError(missing + ": it has " + std::to_string(layers) + (layers == 1 ? " layer" : " layers") +
                             " but " + names_of_family_.layers_field + " in config.json is " +
                             std::to_string(config_.layers) + ": use the config.json of these weights");
        throw ModelError(missing + " but " + safetensors::names_like(parameter, file_.names()) +
                         (names_.empty()
                              ? ", which are not names of a " + family() + ": use the weights of a " + family()
                              : ": download or save the model again"));
    }
    /// Checkpoints that hold something else than plain weights.
    void refuse_other_kinds(const std::string& missing) const {
        const auto refuse_with = [&](std::initializer_list<std::string_view> parts, const std::string& remedy) {
            if (const std::string name = first_with(parts); !name.empty())
                throw ModelError(missing + " but " + in_quotes(name) + ", " + remedy);
        };
        refuse_with(
            {".lora_", ".base_layer."},
            "a name of a LoRA adapter: merge it with merge_and_unload() of peft in Python, and save the result");
        refuse_with({".qweight", ".qzeros", ".SCB", ".absmax", ".quant_map", ".weight_scale", ".g_idx", ".quant_state"},
                    "a name of quantized weights: use weights that are not quantized");
        refuse_with({"_flat_param", "flat_param."}, "a name of sharded weights of FSDP: save a full state dict");
    }

    [[noreturn]] void refuse_extra(const std::vector<std::string>& extra) const {
        const std::string has = where_ + " has " + (extra.size() == 1 ? "a tensor " : "tensors ") + some_of(extra);
        const std::string lacks = has + " that the model of config.json lacks: ";
        refuse_other_kinds(where_ + " is not plain weights");
        for (const std::string& name : extra) {
            const WeightName parts = split(name);
            if (parts.rest.find(".crossattention.") != parts.rest.npos ||
                parts.rest.find(".ln_cross_attn.") != parts.rest.npos)
                throw ModelError(has +
                                 " of attention to an encoder, which suture's models lack: export the model with " +
                                 "torch.export and load it with exported::load");
            if (is_in_block(parts.rest) && layer_of(parts.rest) >= config_.layers)
                throw ModelError(lacks + "set " + names_of_family_.layers_field + " to " +
                                 std::to_string(layers_in_file()) + ", or use the config.json of these weights");
            if (is_in_block(parts.rest) || parts.rest == std::string(names_of_family_.head) + ".bias")
                throw ModelError(lacks + "use the config.json of these weights");
        }
        std::set<std::string> modules;
        for (const std::string& name : extra) {
            const std::string whole = split(name).whole();
            modules.insert(whole.substr(0, whole.find('.')));
        }
        const std::string list = joined(modules, ", ", [](const std::string& module) { return "\"" + module + "\""; });
        throw ModelError(lacks + "pass {.skip = {" + list + "}} to read past " + (modules.size() == 1 ? "it" : "them") +
                         ", or use the config.json of these weights");
    }

    std::string family() const { return names_of_family_.family; }

    const Safetensors& file_;
    std::string where_;
    DecoderConfig config_;
    const DecoderNames& names_of_family_;
    std::vector<std::pair<WeightName, std::string>> taken_;
    std::map<std::string, std::string> bodies_;              ///< a name of each model, by its prefix
    std::map<std::string, std::string, std::less<>> names_;  ///< in the file, by the parameter's name
    std::vector<std::string> strangers_;                     ///< in the file, with no part that is the family's
    std::set<std::string, std::less<>> used_;                ///< of names_
};

}  // namespace suture::detail
