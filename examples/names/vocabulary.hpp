// The words that the names model knows, and their token ids: the words of the task, or those of a `vocab.json` as
// Hugging Face writes it, {"<word>": <id>, ...}.
#pragma once

#include "names_task.hpp"

#include <suture/core/component.hpp>
#include <suture/tensor/error.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace names_task {

/// Ends a sentence, and fills up the shorter ones of a batch. No prompt begins with it.
inline constexpr std::string_view end_of_text = "<|endoftext|>";

/// Words and their ids, 0 ... size() - 1. Law: word_of(id_of(word)) == word.
class Vocabulary {
public:
    /// The end of the text, and every word that a sentence of the task can have, in the order of the alphabet.
    static Vocabulary of_the_task() {
        std::set<std::string> words{"."};
        for (const auto& names :
             {std::set<std::string>(people.begin(), people.end()), std::set<std::string>(places.begin(), places.end()),
              std::set<std::string>(objects.begin(), objects.end())})
            words.insert(names.begin(), names.end());
        for (const std::string_view pattern : patterns)
            for (const Frame& frame : frames)
                for (const std::string& word : outline(pattern, frame))
                    if (!word.starts_with("{")) words.insert(word);
        std::vector<std::string> all{std::string(end_of_text)};
        all.insert(all.end(), words.begin(), words.end());
        return Vocabulary(std::move(all));
    }

    /// @throws suture::FileError unless the file is a JSON object that gives every id from 0 on to one word
    static Vocabulary read(const std::filesystem::path& file) {
        std::ifstream in(file);
        if (!in) throw suture::FileError(file.string() + " cannot be opened: give the directory of the names model");
        const nlohmann::json fields = nlohmann::json::parse(in, nullptr, false);
        if (!fields.is_object())
            throw suture::FileError(file.string() + " is not a JSON object: give the vocab.json of a model");
        std::vector<std::string> words(fields.size());
        for (const auto& [word, id] : fields.items()) {
            const bool fits = id.is_number_unsigned() && id < words.size() && words[id.get<std::size_t>()].empty();
            if (!fits)
                throw suture::FileError(file.string() + ": \"" + word + "\" has the id " + id.dump() +
                                        " but each from 0 to " + std::to_string(words.size() - 1) +
                                        " belongs to one word: give the vocab.json of a model");
            words[id.get<std::size_t>()] = word;
        }
        return Vocabulary(std::move(words));
    }

    std::size_t size() const { return words_.size(); }

    /// @throws suture::ValueError if the word is unknown
    suture::Index id_of(const std::string& word) const {
        if (const auto found = ids_.find(word); found != ids_.end()) return found->second;
        throw suture::ValueError("the word \"" + word +
                                 "\" is unknown to the model: use words of its vocab.json, with " +
                                 "spaces around \",\" and \".\"");
    }
    std::vector<suture::Index> ids_of(const std::vector<std::string>& words) const {
        std::vector<suture::Index> ids;
        for (const std::string& word : words) ids.push_back(id_of(word));
        return ids;
    }
    /// @throws suture::PositionError if there is no such id
    const std::string& word_of(suture::Index id) const {
        if (id < 0 || static_cast<std::size_t>(id) >= words_.size())
            throw suture::PositionError("token id " + std::to_string(id) + " is outside the vocabulary of " +
                                        std::to_string(words_.size()) + ": give ids from 0");
        return words_[static_cast<std::size_t>(id)];
    }

    /// The text of its `vocab.json`.
    std::string json() const {
        nlohmann::ordered_json fields;
        for (const std::string& word : words_) fields[word] = id_of(word);
        return fields.dump(1) + "\n";
    }

private:
    explicit Vocabulary(std::vector<std::string> words) : words_(std::move(words)) {
        for (std::size_t i = 0; i < words_.size(); ++i) ids_.emplace(words_[i], static_cast<suture::Index>(i));
    }
    std::vector<std::string> words_;
    std::map<std::string, suture::Index> ids_;
};

}  // namespace names_task
