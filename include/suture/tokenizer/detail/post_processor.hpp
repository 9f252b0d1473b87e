// The post-processor of a tokenizer.json, as far as ids go: what is put before and behind those of a text. Source: the Rust
// crate `tokenizers`, src/processors.
#pragma once

#include "suture/core/component.hpp"
#include "suture/tokenizer/detail/json_object.hpp"
#include "suture/tokenizer/detail/vocabulary.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

class PostProcessor {
public:
    PostProcessor() = default;
    /// @throws FileError, with the type, if it is not one of those below
    explicit PostProcessor(const nlohmann::json& json, const std::string& place = "post_processor") {
        const JsonObject object(json, place);
        const std::string type = object.text("type");
        if (type == "Sequence") {
            std::size_t number = 0;
            for (const nlohmann::json& one : object.list("processors")) {
                PostProcessor part(one, place + "[" + std::to_string(number++) + "]");
                for (Template& pieces : part.templates_) templates_.push_back(std::move(pieces));
            }
            check_repeats(place);
        } else if (type == "TemplateProcessing") {
            templates_.push_back(template_of(object));
            check_repeats(place);
        } else if (type == "RobertaProcessing" || type == "BertProcessing") {
            templates_.push_back({{{id_of(object, "cls")}, false}, {{}, true}, {{id_of(object, "sep")}, false}});
        } else if (type != "ByteLevel") {  // which changes offsets alone
            throw FileError(
                object.place() + " has the type " + in_quotes(type) +
                ", which is not supported: use ByteLevel, TemplateProcessing, RobertaProcessing, BertProcessing or a "
                "Sequence of them");
        }
    }

    /// @param special whether tokens are added: a template can also leave the text out, or repeat it
    std::vector<Index> operator()(std::vector<Index> ids, bool special) const {
        for (const Template& pieces : templates_) {
            std::vector<Index> all;
            for (const Piece& piece : pieces) {
                if (piece.is_text)
                    all.insert(all.end(), ids.begin(), ids.end());
                else if (special)
                    all.insert(all.end(), piece.ids.begin(), piece.ids.end());
            }
            ids = std::move(all);
        }
        return ids;
    }

private:
    struct Piece {
        std::vector<Index> ids;
        bool is_text = false;
    };
    using Template = std::vector<Piece>;

    /// Templates that each repeat the text multiply: forty that double it would fill any memory.
    void check_repeats(const std::string& place) const {
        constexpr std::size_t most = 64;
        std::size_t repeats = 1;
        for (const Template& pieces : templates_) {
            repeats *= static_cast<std::size_t>(
                std::count_if(pieces.begin(), pieces.end(), [](const Piece& piece) { return piece.is_text; }));
            if (repeats > most) JsonObject::refuse(place + " repeats the text more than 64 times");
        }
    }
    static Index id_of(const nlohmann::json& id, const std::string& place) {
        const auto number = natural_number(id);
        if (!number || *number > Vocabulary::largest_id) JsonObject::refuse(place + " has the id " + json_text(id));
        return static_cast<Index>(*number);
    }
    /// Of `["</s>", 2]`.
    static Index id_of(const JsonObject& object, const std::string& field) {
        const nlohmann::json& pair = object.list(field);
        if (pair.size() != 2)
            JsonObject::refuse(object.place() + " has a " + field + " that is not a token and its id");
        return id_of(pair[1], object.place());
    }
    static Template template_of(const JsonObject& object) {
        Template pieces;
        for (const nlohmann::json& json : object.list("single")) {
            const JsonObject piece(json, object.place() + ".single");
            if (piece.has("Sequence")) {
                if (piece.object("Sequence").text("id") != "A")
                    JsonObject::refuse(object.place() + ".single has a second text");
                pieces.push_back({{}, true});
                continue;
            }
            const std::string name = piece.object("SpecialToken").text("id");
            Piece added;
            for (const nlohmann::json& id : object.object("special_tokens").object(name).list("ids"))
                added.ids.push_back(id_of(id, object.place()));
            pieces.push_back(std::move(added));
        }
        return pieces;
    }

    std::vector<Template> templates_;
};

}  // namespace suture::detail
