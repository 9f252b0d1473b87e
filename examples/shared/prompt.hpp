// The model and the prompt that a program is given on the command line, and the prompt's tokens as people read them.
#pragma once

#include "ids.hpp"

#include <suture/tensor/error.hpp>
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

/// The names model, which comes with the project, and a prompt for it. SUTURE_NAMES_MODEL is its directory.
inline constexpr const char* names_model = SUTURE_NAMES_MODEL;
inline constexpr const char* names_prompt = "When Mary and John went to the store , John gave a drink to";
/// The same with the other name said again, so that its answer is the other one too.
inline constexpr const char* names_corrupted_prompt = "When Mary and John went to the store , Mary gave a drink to";

/// What the command line says of a model and its prompt.
struct Subject {
    std::string model = names_model, text, ids;

    void add_to(CLI::App& app) {
        app.add_option("--model,model", model,
                       "a GPT-2 in Hugging Face's format: a directory with config.json and model.safetensors; for "
                       "texts vocab.json too, and merges.txt")
            ->default_str("the names model");
        auto* const as_text = app.add_option("--prompt", text, "the prompt, as text")->check(not_empty());
        app.add_option("--ids", ids, "the prompt, as token ids: 2,1,0")->excludes(as_text)->check(not_empty());
    }

    /// A variable of a script that was never set must not mean the default.
    static CLI::Validator not_empty() {
        return {[](const std::string& given) { return given.empty() ? "is empty: give some text" : std::string(); },
                ""};
    }
};

/// Whether the model is the one that comes with the project, by whatever path.
inline bool is_names_model(const Subject& subject) {
    std::error_code ignored;
    return subject.model == names_model || std::filesystem::equivalent(subject.model, names_model, ignored);
}

/// A prompt as token ids, with their texts where the model's directory has a tokenizer.
class Prompt {
public:
    /// Without a text or ids, the prompt of the names model.
    /// @throws suture::ValueError if the ids are none, if the text has no tokens or one that the model lacks, or if
    ///         another model is given no prompt; suture::FileError if a text needs a tokenizer that is not there
    static Prompt read(const Subject& subject) {
        Prompt prompt;
        if (!subject.ids.empty()) {
            prompt.ids_ = ids_of(subject.ids);
            prompt.tokenizer_ = tokenizer_beside(subject.model);
            return prompt;
        }
        prompt.is_default_ = subject.text.empty() && is_names_model(subject);
        if (!std::filesystem::exists(std::filesystem::path(subject.model) / "config.json"))
            throw suture::FileError(subject.model + " has no config.json: give the directory of a GPT-2 model");
        if (subject.text.empty() && !prompt.is_default_)
            throw suture::ValueError("this model needs a prompt: give --prompt \"...\", or --ids 2,1,0");
        prompt.tokenizer_ = suture::Tokenizer::open(subject.model);
        prompt.ids_ = prompt.tokenizer_->encode(subject.text.empty() ? names_prompt : subject.text);
        if (prompt.ids_.empty()) throw suture::ValueError("the prompt has no tokens: give some text");
        return prompt;
    }

    const std::vector<Index>& ids() const { return ids_; }
    /// The ids as the model takes them: [1, tokens].
    at::Tensor batch() const { return batch_of(ids_); }
    /// Another text of the same tokenizer, as the model takes it.
    /// @throws suture::ValueError if it has a token that the model lacks, suture::FileError if there is no tokenizer
    at::Tensor batch_of(const std::string& text) const {
        if (!tokenizer_) throw suture::FileError("this model has no tokenizer: give it a vocab.json");
        return batch_of(tokenizer_->encode(text));
    }

    /// Whether it is the names model's own, because none was given.
    bool is_default() const { return is_default_; }

    /// A token as people read it: " Mary", or "id 7" where there is no tokenizer.
    std::string word(Index id) const { return tokenizer_ ? tokenizer_->token_text(id) : "id " + std::to_string(id); }
    std::vector<std::string> words() const {
        std::vector<std::string> all;
        for (const Index id : ids_) all.push_back(word(id));
        return all;
    }
    /// The whole prompt.
    std::string text() const {
        if (tokenizer_) return tokenizer_->decode(ids_);
        std::string all;
        for (const Index id : ids_) all += (all.empty() ? "" : ",") + std::to_string(id);
        return all;
    }
    /// The id of a word that `word` gives, or of a number where there is no tokenizer. A word that GPT-2 has with a space
    /// in front only may be given without.
    /// @throws suture::ValueError if it is none
    Index id_of(const std::string& option, const std::string& given) const {
        if (!tokenizer_) return number_of(option, given);
        if (const auto spaced = tokenizer_->encode(" " + given); spaced.size() == 1) return spaced.front();
        return tokenizer_->id_of(given);
    }

private:
    static at::Tensor batch_of(const std::vector<Index>& ids) { return at::tensor(ids, at::kLong).unsqueeze(0); }
    static std::optional<suture::Tokenizer> tokenizer_beside(const std::string& model) {
        try {
            return suture::Tokenizer::open(model);
        } catch (const suture::FileError&) {
            return {};  // ids need none
        }
    }

    std::vector<Index> ids_;
    bool is_default_ = false;
    std::optional<suture::Tokenizer> tokenizer_;
};

}  // namespace examples
