// The tokenizer of a directory, as Python's `transformers` 5 opens it: tokenizer.json, or vocab.json with merges.txt, and what
// tokenizer_config.json, special_tokens_map.json and added_tokens.json add to them. Source: transformers,
// tokenization_utils_base.py and tokenization_utils_tokenizers.py (https://github.com/huggingface/transformers).
#pragma once

#include "suture/core/component.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/visible_text.hpp"
#include "suture/tokenizer/detail/added_tokens.hpp"
#include "suture/tokenizer/detail/bpe.hpp"
#include "suture/tokenizer/detail/byte_alphabet.hpp"
#include "suture/tokenizer/detail/decoder.hpp"
#include "suture/tokenizer/detail/json_object.hpp"
#include "suture/tokenizer/detail/merges.hpp"
#include "suture/tokenizer/detail/normalizer.hpp"
#include "suture/tokenizer/detail/pipeline.hpp"
#include "suture/tokenizer/detail/post_processor.hpp"
#include "suture/tokenizer/detail/pre_tokenizer.hpp"
#include "suture/tokenizer/detail/vocabulary.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace suture::detail {

/// The side files of a directory, read into what they say of tokens.
class TokenizerConfiguration {
public:
    /// @throws FileError, with the file, if one of them is invalid
    static TokenizerConfiguration read(const std::filesystem::path& directory, bool has_tokenizer_json) {
        TokenizerConfiguration read(directory);
        read.fields_ = read.object_in("tokenizer_config.json");
        if (has_tokenizer_json)  // which has them in its post-processor
            for (const char* field : {"add_bos_token", "add_eos_token"}) read.fields_.erase(field);
        if (!read.has_values("extra_special_tokens")) read.rename_extra_tokens();
        read.name_extra_tokens();
        read.lists_added_tokens_ = read.fields_.contains("added_tokens_decoder");
        if (read.lists_added_tokens_)
            read.read_added_tokens_decoder();
        else
            read.read_older_files();
        read.name_extra_tokens();
        if (!read.fields_.contains("extra_special_tokens")) read.rename_extra_tokens();
        return read;
    }

    /// Takes over the added tokens of a tokenizer.json, which count as listed unless there is an added_tokens_decoder: then a
    /// token that is named in these files is a special one.
    void take_tokens_of(const Pipeline& tokenizer) {
        if (lists_added_tokens_) return;
        for (const auto& [id, token] : tokenizer.added().tokens()) decoder_[id] = token;
    }

    /// "GPT2Tokenizer": the class that would read the other files; empty if nothing names one.
    std::string class_name() const {
        std::string name = text_of(fields_, "tokenizer_class");
        if (name.empty()) name = text_of(model_, "tokenizer_class");
        if (name.ends_with("Fast") && name != "PreTrainedTokenizerFast") name.erase(name.size() - 4);
        if (!name.empty()) return name;
        const std::string model = text_of(model_, "model_type");
        return (model.starts_with("qwen2") || model.starts_with("qwen3")) && !model.starts_with("qwen3_5")
                   ? "Qwen2Tokenizer"
                   : "";
    }
    bool flag(const std::string& field) const {
        const auto found = fields_.find(field);
        return found != fields_.end() && found->is_boolean() && found->get<bool>();
    }

    /// A named special token, such as "bos_token"; what the class has if no file names one, and none if a file says null.
    std::optional<AddedToken> special(const std::string& name, const char* otherwise = nullptr) const {
        const auto found = fields_.find(name);
        if (found == fields_.end())
            return otherwise ? std::optional(known_token(AddedToken::special_of(otherwise))) : std::nullopt;
        if (found->is_null()) return std::nullopt;
        return known_token(token_of(*found, name));
    }

    /// A special token that the files name, "bos_token" and so on, or list among further ones.
    struct SpecialToken {
        AddedToken token;
        bool is_named = false;
    };
    /// In the order of transformers. @param defaults special tokens of the class, by name
    std::vector<SpecialToken> special_tokens(const std::map<std::string, const char*>& defaults) const {
        std::vector<SpecialToken> tokens;
        const auto add = [&](AddedToken token, bool is_named) {
            if (is_named) token.special = true;
            tokens.push_back({std::move(token), is_named});
        };
        for (const char* name : names) {
            const auto otherwise = defaults.find(name);
            if (auto token = special(name, otherwise == defaults.end() ? nullptr : otherwise->second))
                add(*token, true);
        }
        for (const bool is_text : {false, true})
            for (const auto& [field, value] : fields_.items()) {
                const bool is_known = std::find(names.begin(), names.end(), field) != names.end();
                if (!is_known && std::string_view(field).ends_with("_token") &&
                    (is_text ? value.is_string() : is_token(value)))
                    add(token_of(value, field), true);
            }
        for (const auto& [name, value] : named_extra_.items()) add(token_of(value, "extra_special_tokens"), true);
        const auto extra = fields_.find("extra_special_tokens");
        if (extra != fields_.end() && extra->is_array())
            for (const Json& value : *extra) add(token_of(value, "extra_special_tokens"), false);
        return tokens;
    }

    /// The tokens that are added to those of the tokenizer itself, in order.
    std::vector<AddedToken> tokens(const Pipeline& tokenizer,
                                   const std::map<std::string, const char*>& defaults) const {
        std::vector<AddedToken> tokens;
        for (const auto& [id, token] : decoder_) tokens.push_back(token);
        const std::size_t listed = tokens.size();
        for (const SpecialToken& special : special_tokens(defaults)) {
            bool is_known = tokenizer.added().find(special.token.content).has_value();
            for (std::size_t i = 0; i < listed; ++i) {
                if (tokens[i].content != special.token.content) continue;
                is_known = true;
                if (special.is_named) tokens[i].special = true;
            }
            if (!is_known && std::find(tokens.begin(), tokens.end(), special.token) == tokens.end())
                tokens.push_back(special.token);
        }
        return tokens;
    }

private:
    using Json = nlohmann::ordered_json;
    static constexpr std::array<const char*, 7> names{"bos_token", "eos_token", "unk_token", "sep_token",
                                                      "pad_token", "cls_token", "mask_token"};

    explicit TokenizerConfiguration(std::filesystem::path directory)
        : directory_(std::move(directory)), model_(object_in("config.json")) {}

    [[noreturn]] static void refuse(const std::string& what) {
        throw FileError(what + ": give the file as Python's transformers writes it");
    }
    /// The object in a file; an empty one if there is no such file.
    Json object_in(const char* name) const {
        const std::filesystem::path file = directory_ / name;
        std::error_code ignored;
        if (!std::filesystem::exists(file, ignored)) return Json::object();
        Json object = read_json<Json>(file, "give the file as Python's transformers writes it");
        if (!object.is_object()) refuse(file.string() + " is JSON, but not an object");
        return object;
    }
    static std::string text_of(const Json& object, const char* field) {
        const auto found = object.find(field);
        return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
    }
    /// Of a token that is not among the named ones; transformers passes over objects without a type there.
    static bool is_token(const Json& value) {
        return value.is_object() && value.contains("content") && value.contains("__type");
    }
    bool has_values(const char* field) const { return fields_.contains(field) && !fields_.at(field).empty(); }
    /// "tokenizer_config.json: eos_token": the file that has a field, and the field's name there.
    std::string place_of(const std::string& field) const {
        const auto found = places_.find(field);
        return found == places_.end() ? "tokenizer_config.json: " + field : found->second;
    }
    AddedToken token_of(const Json& value, const std::string& field) const {
        if (value.is_string()) return AddedToken::special_of(value.get<std::string>());
        return AddedToken::read(BasicJsonObject<Json>(value, place_of(field)));
    }
    /// A named token is as the list of added tokens describes it.
    AddedToken known_token(AddedToken token) const {
        for (const auto& [id, known] : decoder_)
            if (known.content == token.content) return known;
        return token;
    }
    void rename_extra_tokens() {
        const auto old = fields_.find("additional_special_tokens");
        if (old == fields_.end()) return;
        Json tokens = std::move(*old);
        fields_.erase("additional_special_tokens");
        fields_["extra_special_tokens"] = std::move(tokens);
        places_["extra_special_tokens"] = place_of("additional_special_tokens");
    }
    /// An object of further special tokens gives them names, and leaves room for a list of others.
    void name_extra_tokens() {
        const auto extra = fields_.find("extra_special_tokens");
        if (extra == fields_.end() || !extra->is_object()) return;
        named_extra_.update(*extra);
        fields_.erase("extra_special_tokens");
    }
    void read_added_tokens_decoder() {
        const std::string place = "tokenizer_config.json: added_tokens_decoder";
        const Json& tokens = fields_["added_tokens_decoder"];
        if (!tokens.is_object()) refuse(place + " is not an object");
        for (const auto& [id, token] : tokens.items()) {
            if (id.empty() || id.size() > 10 || id.find_first_not_of("0123456789") != id.npos)
                refuse(place + " has the id " + in_quotes(id));
            decoder_[static_cast<Index>(std::stoll(id))] =
                AddedToken::read(BasicJsonObject<Json>(token, place + "." + id));
        }
    }
    void read_older_files() {
        Json map = object_in("special_tokens_map.json");
        for (auto& [field, value] : map.items()) {
            if (value.is_object() && value.contains("content")) value["special"] = true, value["__type"] = "AddedToken";
            fields_[field] = std::move(value);
            places_[field] = "special_tokens_map.json: " + field;
        }
        const Json added = object_in("added_tokens.json");
        if (added.empty()) return;
        std::vector<std::string> special;
        for (const char* name : names)
            if (const auto token = this->special(name)) special.push_back(token->content);
        const auto extra = fields_.find("extra_special_tokens");
        if (extra != fields_.end() && extra->is_array())
            for (const Json& token : *extra) special.push_back(token_of(token, "extra_special_tokens").content);
        std::map<Index, AddedToken> tokens;
        for (const auto& [content, id] : added.items()) {
            const auto number = natural_number(id);
            if (!number || *number > Vocabulary::largest_id)
                refuse((directory_ / "added_tokens.json").string() + " has an id that is not a number from 0 for " +
                       in_quotes(content));
            AddedToken token;
            token.content = content;
            token.special = std::find(special.begin(), special.end(), content) != special.end();
            token.normalized = !token.special;
            tokens[static_cast<Index>(*number)] = token;
        }
        decoder_ = std::move(tokens);
    }

    std::filesystem::path directory_;
    Json model_;                                 ///< config.json, the model's
    Json fields_;                                ///< tokenizer_config.json and special_tokens_map.json
    std::map<std::string, std::string> places_;  ///< of fields that tokenizer_config.json does not have under that name
    Json named_extra_ = Json::object();          ///< further special tokens that have names
    bool lists_added_tokens_ = false;            ///< whether there is an added_tokens_decoder
    std::map<Index, AddedToken> decoder_;
};

/// Opens the tokenizer of a directory that has a tokenizer.json, or a vocab.json and a merges.txt.
class TokenizerDirectory {
public:
    static bool has(const std::filesystem::path& directory, const char* file) {
        std::error_code ignored;  // a path that cannot be examined counts as missing
        return std::filesystem::exists(directory / file, ignored);
    }

    /// @throws FileError, with the file, if it is invalid or would give other ids than in Python
    static Pipeline open(const std::filesystem::path& directory) {
        const bool has_json = has(directory, "tokenizer.json");
        auto configuration = TokenizerConfiguration::read(directory, has_json);
        std::map<std::string, const char*> defaults;
        if (!has_json) defaults = defaults_of(configuration.class_name(), directory);
        Pipeline tokenizer = has_json ? of_json(directory / "tokenizer.json") : of_merges(directory, configuration);
        if (has_json) configuration.take_tokens_of(tokenizer);
        tokenizer.add(configuration.tokens(tokenizer, defaults));
        if (configuration.class_name() == "Qwen2Tokenizer" && !has_json) {
            std::vector<AddedToken> again;
            for (const auto& special : configuration.special_tokens(defaults))
                again.push_back(AddedToken::special_of(special.token.content));
            tokenizer.add(again);
        }
        if (configuration.flag("split_special_tokens")) tokenizer.ignore_special_tokens_in_texts();
        if (!has_json) tokenizer.set_post_processor(ends(tokenizer, configuration, defaults));
        if (configuration.flag("clean_up_tokenization_spaces") &&
            configuration.flag("clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output"))
            tokenizer.clean_up_spaces();
        return tokenizer;
    }

private:
    static constexpr const char* qwen2_words =
        R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

    static std::map<std::string, const char*> defaults_of(const std::string& name,
                                                          const std::filesystem::path& directory) {
        constexpr const char* end = "<|endoftext|>";
        if (name.empty() || name == "GPT2Tokenizer")
            return {{"bos_token", end}, {"eos_token", end}, {"unk_token", end}};
        if (name == "Qwen2Tokenizer") return {{"eos_token", end}, {"pad_token", end}, {"unk_token", end}};
        throw FileError(
            directory.string() + " has a vocab.json, and tokenizer_config.json or config.json the tokenizer_class " +
            in_quotes(name) + ", which is not supported: save a tokenizer.json there, with Python's save_pretrained");
    }
    static Pipeline of_json(const std::filesystem::path& file) {
        const auto json = read_json<nlohmann::json>(file, "use a tokenizer's tokenizer.json");
        try {
            return Pipeline(json);
        } catch (FileError& error) {
            error.add_place(file.string());
            throw;
        }
    }
    static Pipeline of_merges(const std::filesystem::path& directory, const TokenizerConfiguration& configuration) {
        const std::filesystem::path words = directory / "vocab.json";
        Vocabulary tokens = VocabularyFile::read(words);
        check_bytes(tokens, words);
        MergeTable merges = MergeTable::read(directory / "merges.txt", tokens);
        Bpe model(std::move(tokens), std::move(merges), {});
        const bool is_qwen2 = configuration.class_name() == "Qwen2Tokenizer";
        nlohmann::json bytes{{"type", "ByteLevel"},
                             {"add_prefix_space", configuration.flag("add_prefix_space")},
                             {"use_regex", !is_qwen2}};
        nlohmann::json cut = bytes;
        if (is_qwen2)
            cut = {{"type", "Sequence"},
                   {"pretokenizers",
                    {{{"type", "Split"},
                      {"pattern", {{"Regex", qwen2_words}}},
                      {"behavior", "Isolated"},
                      {"invert", false}},
                     bytes}}};
        return Pipeline(std::move(model), is_qwen2 ? Normalizer(nlohmann::json{{"type", "NFC"}}) : Normalizer(),
                        PreTokenizer(cut), PostProcessor(), TokenDecoder(nlohmann::json{{"type", "ByteLevel"}}));
    }
    /// A list of words that lies beside a merges.txt would lose nearly every character of a text in silence.
    static void check_bytes(const Vocabulary& tokens, const std::filesystem::path& file) {
        int known = 0;
        for (const char32_t c : character_of_byte) known += tokens.find(utf8_text({&c, 1})).has_value();
        if (known < 128)
            throw FileError(
                file.string() + " has entries for only " + std::to_string(known) +
                " of the 256 bytes: use a byte-level tokenizer's vocab.json, or remove merges.txt beside a list of "
                "words");
    }
    static PostProcessor ends(const Pipeline& tokenizer, const TokenizerConfiguration& configuration,
                              const std::map<std::string, const char*>& defaults) {
        nlohmann::json single = nlohmann::json::array(), special = nlohmann::json::object();
        const auto add = [&](const char* flag, const char* name) {
            if (!configuration.flag(flag)) return;
            const auto otherwise = defaults.find(name);
            const auto token = configuration.special(name, otherwise == defaults.end() ? nullptr : otherwise->second);
            if (!token) return;
            const auto id = tokenizer.id_of(token->content);
            if (!id) return;
            single.push_back({{"SpecialToken", {{"id", name}, {"type_id", 0}}}});
            special[name] = {{"id", name}, {"ids", {static_cast<std::uint64_t>(*id)}}, {"tokens", {token->content}}};
        };
        add("add_bos_token", "bos_token");
        single.push_back({{"Sequence", {{"id", "A"}, {"type_id", 0}}}});
        add("add_eos_token", "eos_token");
        return PostProcessor(
            nlohmann::json{{"type", "TemplateProcessing"}, {"single", single}, {"special_tokens", special}});
    }
};

}  // namespace suture::detail
