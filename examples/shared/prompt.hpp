// The model and the prompt given on the command line, and the prompt's tokens in readable form.
#pragma once

#include "ids.hpp"

#include <suture/tensor/error.hpp>
#include <suture/text/visible_text.hpp>
#include <suture/tokenizer/tokenizer.hpp>

#include <CLI/CLI.hpp>

#include <ATen/ops/tensor.h>

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace examples {
using suture::Index;

/// The directory of the names model, which comes with the project, and a prompt for it.
inline constexpr const char* names_model = SUTURE_NAMES_MODEL;
inline constexpr const char* names_prompt = "When Mary and John went to the store , John gave a drink to";
/// The same prompt with the other name repeated, so that the answer changes too.
inline constexpr const char* names_corrupted_prompt = "When Mary and John went to the store , Mary gave a drink to";

/// The options for a model and its prompt.
struct Subject {
    std::string model = names_model, text, ids;

    void add_to(CLI::App& app) {
        app.add_option("--model,model", model,
                       "a directory with a model in Hugging Face's format: config.json and model.safetensors, and for "
                       "text also tokenizer.json, or vocab.json and merges.txt")
            ->type_name("DIR")
            ->default_str("the names model");
        auto* const as_text = app.add_option("--prompt", text, "the prompt, as text");
        app.add_option("--ids", ids, "the prompt, as token ids: 2,1,0")->type_name("IDS")->excludes(as_text);
    }
};

/// Whether the model is the one that comes with the project, whatever its path.
inline bool is_names_model(const Subject& subject) {
    std::error_code ignored;
    return subject.model == names_model || std::filesystem::equivalent(subject.model, names_model, ignored);
}

/// The model in words: its directory, or "the names model".
inline std::string model_name(const Subject& subject) {
    return is_names_model(subject) ? "the names model" : subject.model;
}

/// A prompt as token ids, with their texts if the model's directory has a tokenizer.
class Prompt {
public:
    /// @throws suture::FileError unless the model's directory can be one
    static void check_model(const Subject& subject) {
        if (!std::filesystem::exists(std::filesystem::path(subject.model) / "config.json"))
            throw suture::FileError(subject.model + " has no config.json: give the directory of a model");
    }
    /// Without text and ids, the prompt of the names model.
    /// @throws suture::ValueError if the ids are malformed, if the text is empty or has a word that the model lacks, or
    ///         if another model is given no prompt; suture::FileError if a text needs a tokenizer and there is none
    static Prompt read(const Subject& subject) {
        Prompt prompt;
        if (!subject.ids.empty()) {
            prompt.ids_ = ids_of(subject.ids);
            prompt.tokenizer_ = tokenizer_beside(subject.model);
            return prompt;
        }
        prompt.is_default_ = subject.text.empty() && is_names_model(subject);
        check_model(subject);
        if (subject.text.empty() && !prompt.is_default_)
            throw suture::ValueError("this model needs a prompt: give --prompt \"...\", or --ids 2,1,0");
        prompt.tokenizer_ = suture::Tokenizer::open(subject.model);
        prompt.ids_ = prompt.tokenizer_->encode(subject.text.empty() ? names_prompt : subject.text);
        if (prompt.ids_.empty()) throw suture::ValueError("the prompt has no tokens: give some text");
        return prompt;
    }

    /// Another prompt for the same model: a text, or ids if the model has no tokenizer.
    /// @throws suture::ValueError, with the option, if it has a word that the model lacks, or is not a list of ids
    Prompt beside(const std::string& option, const std::string& given) const {
        Prompt other = *this;
        other.is_default_ = false;
        try {
            other.ids_ = tokenizer_ && !is_list_of_ids(given) ? tokenizer_->encode(given) : ids_of(given);
        } catch (const suture::ValueError& e) {
            throw suture::ValueError(option + ": " + e.what());
        }
        return other;
    }

    const std::vector<Index>& ids() const { return ids_; }
    /// The ids as the model takes them: [1, tokens].
    at::Tensor batch() const { return batch_of(ids_); }
    /// Another text for the same tokenizer, as the model takes it.
    /// @throws suture::ValueError if it has a word that the model lacks, suture::FileError if there is no tokenizer
    at::Tensor batch_of(const std::string& text) const {
        if (!tokenizer_) throw suture::FileError("this model has no tokenizer: add its vocab.json");
        return batch_of(tokenizer_->encode(text));
    }

    /// Whether no prompt was given, so that this is the names model's own.
    bool is_default() const { return is_default_; }

    /// A token in readable form: " Mary", or "id 7" if there is no tokenizer.
    std::string word(Index id) const { return tokenizer_ ? tokenizer_->token_text(id) : "id " + std::to_string(id); }
    /// A token in quotes, without the leading space: "Mary" with its quotation marks.
    std::string quoted(Index id) const {
        const std::string text = word(id);
        return "\"" + (text.size() > 1 && text.starts_with(' ') ? text.substr(1) : text) + "\"";
    }
    std::vector<std::string> words() const {
        std::vector<std::string> all;
        for (const Index id : ids_) all.push_back(word(id));
        return all;
    }
    /// The whole prompt on one line: a newline in it is shown as \n, and nothing in it can drive a terminal.
    std::string text() const {
        if (tokenizer_) return suture::visible_text(tokenizer_->decode(ids_));
        std::string all;
        for (const Index id : ids_) all += (all.empty() ? "" : ",") + std::to_string(id);
        return all;
    }
    /// The id of a token in the form of `word`, or of a number if there is no tokenizer. The leading space of GPT-2's
    /// words may be left out.
    /// @throws suture::ValueError, with the option, if the vocabulary lacks the token
    Index id_of(const std::string& option, const std::string& given) const {
        if (!tokenizer_) return number_of(option, given);
        if (const auto spaced = one_token(" " + given)) return *spaced;
        try {
            return tokenizer_->id_of(given);
        } catch (const suture::ValueError& e) {
            throw suture::ValueError(option + ": " + e.what());
        }
    }

private:
    static bool is_list_of_ids(const std::string& text) {
        return text.find_first_not_of("0123456789,-") == text.npos && text.find(',') != text.npos;
    }
    static at::Tensor batch_of(const std::vector<Index>& ids) { return at::tensor(ids, at::kLong).unsqueeze(0); }
    /// The id of a text that is a single token.
    std::optional<Index> one_token(const std::string& text) const {
        try {
            const std::vector<Index> ids = tokenizer_->encode(text, {.add_special_tokens = false});
            return ids.size() == 1 ? std::optional(ids.front()) : std::nullopt;
        } catch (const suture::ValueError&) {
            return {};  // a tokenizer of whole words refuses unknown ones
        }
    }
    static std::optional<suture::Tokenizer> tokenizer_beside(const std::string& model) {
        try {
            return suture::Tokenizer::open(model);
        } catch (const suture::FileError&) {
            return {};  // ids do not need one
        }
    }

    std::vector<Index> ids_;
    bool is_default_ = false;
    std::optional<suture::Tokenizer> tokenizer_;
};

}  // namespace examples
