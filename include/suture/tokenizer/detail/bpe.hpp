// The model of a tokenizer.json of the type BPE: a piece of a text becomes the tokens of its characters, which are merged.
// Source: the Rust crate `tokenizers`, src/models/bpe.
#pragma once

#include "suture/core/component.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/utf8.hpp"
#include "suture/text/visible_text.hpp"
#include "suture/tokenizer/detail/json_object.hpp"
#include "suture/tokenizer/detail/merges.hpp"
#include "suture/tokenizer/detail/vocabulary.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail {

class Bpe {
public:
    /// What a tokenizer.json can say of the model besides its vocabulary and merges.
    struct Options {
        std::optional<std::string> unknown;  ///< the token of a character that has none
        std::string prefix;                  ///< before every character of a piece but the first
        std::string suffix;                  ///< behind the last
        bool fuse_unknown = false;
        bool byte_fallback = false;  ///< a character that has no token becomes "<0x0A>" and so on
        bool ignore_merges = false;  ///< a piece that is a token is not merged
    };

    Bpe(Vocabulary tokens, MergeTable merges, Options options)
        : tokens_(std::move(tokens)), merges_(std::move(merges)), options_(std::move(options)) {}

    /// @throws FileError, with the field, for another type and for dropout, which gives random tokens
    explicit Bpe(const nlohmann::json& json) : Bpe(parts_of(JsonObject(json, "model"))) {}

    const Vocabulary& tokens() const { return tokens_; }

    /// Characters without a token are left out if there is no unk_token, as in Python.
    /// @throws ValueError if the unk_token is needed and is not in the vocabulary
    std::vector<Index> encode(std::string_view piece) const {
        if (options_.ignore_merges)
            if (const auto id = tokens_.find(piece)) return {*id};
        std::vector<Index> ids;
        std::optional<Index> unknown;  // waits for whether the next character is unknown too
        std::string entry;
        for (std::size_t at = 0; at < piece.size();) {
            const std::string_view character = piece.substr(at, utf8_front(piece.substr(at, 4)).bytes);
            const bool is_first = at == 0, is_last = at + character.size() == piece.size();
            std::string_view wanted = character;
            if ((!is_first && !options_.prefix.empty()) || (is_last && !options_.suffix.empty())) {
                entry = (is_first ? "" : options_.prefix) + std::string(character) + (is_last ? options_.suffix : "");
                wanted = entry;
            }
            at += character.size();
            if (const auto id = tokens_.find(wanted)) {
                if (unknown) ids.push_back(*unknown);
                unknown.reset();
                ids.push_back(*id);
                continue;
            }
            if (options_.byte_fallback && append_bytes(wanted, ids)) continue;
            if (!options_.unknown) continue;
            if (unknown && !options_.fuse_unknown) ids.push_back(*unknown);
            unknown = unknown_id();
        }
        if (unknown) ids.push_back(*unknown);
        return merges_.merged(std::move(ids));
    }

private:
    explicit Bpe(const JsonObject& model) : Bpe(read_tokens(model), {}, read_options(model)) {
        std::size_t number = 0;
        for (const nlohmann::json& merge : model.list("merges")) {
            try {
                if (merge.is_string() && options_.prefix.empty())
                    merges_.add(merge.get_ref<const std::string&>(), tokens_);
                else
                    add_pair(merge);
            } catch (FileError& error) {
                error.add_place("model.merges[" + std::to_string(number) + "]");
                throw;
            }
            ++number;
        }
    }
    static JsonObject parts_of(JsonObject model) {
        const std::string type = model.optional_text("type").value_or("BPE");  // files of old versions have no type
        if (type != "BPE")
            throw FileError("model has the type " + in_quotes(type) +
                            ", which is not supported: use a tokenizer whose model is BPE");
        if (model.has("dropout") && model.at("dropout") != 0.0)
            throw FileError("model has a dropout of " + json_text(model.at("dropout")) +
                            ", which gives other tokens each time: write null for it");
        return model;
    }
    static Vocabulary read_tokens(const JsonObject& model) {
        return VocabularyFile::read(model.at("vocab"), "model.vocab");
    }
    static Options read_options(const JsonObject& model) {
        return {model.optional_text("unk_token"),
                model.optional_text("continuing_subword_prefix").value_or(""),
                model.optional_text("end_of_word_suffix").value_or(""),
                model.flag("fuse_unk", false),
                model.flag("byte_fallback", false),
                model.flag("ignore_merges", false)};
    }
    void add_pair(const nlohmann::json& merge) {
        std::string left, right;
        if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
            left = merge[0].get<std::string>(), right = merge[1].get<std::string>();
        } else {
            const std::string line = merge.is_string() ? merge.get<std::string>() : std::string();
            const std::size_t space = line.find(' ');
            if (space == line.npos || line.find(' ', space + 1) != line.npos)
                throw FileError(json_text(merge) + " is not a pair: write \"a b\" or [\"a\", \"b\"]");
            left = line.substr(0, space), right = line.substr(space + 1);
        }
        merges_.add(left, right, tokens_, options_.prefix.size());
    }

    bool append_bytes(std::string_view character, std::vector<Index>& ids) const {
        std::vector<Index> bytes;
        for (const char byte : character) {
            const auto id = tokens_.find("<0x" + hex_text(static_cast<unsigned char>(byte)) + ">");
            if (!id) return false;
            bytes.push_back(*id);
        }
        ids.insert(ids.end(), bytes.begin(), bytes.end());
        return true;
    }
    Index unknown_id() const {
        if (const auto id = tokens_.find(*options_.unknown)) return *id;
        throw ValueError("the text has a character without a token, and the unk_token " + in_quotes(*options_.unknown) +
                         " is not in the vocabulary: give a text of known characters");
    }

    Vocabulary tokens_;
    MergeTable merges_;
    Options options_;
};

}  // namespace suture::detail
