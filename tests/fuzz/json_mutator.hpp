// Changes JSON as JSON: libFuzzer's own changes of bytes seldom leave a text that parses, so a reader behind a parser sees
// little of them. One of four changes stays libFuzzer's own.
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace fuzz {

class JsonMutator {
public:
    explicit JsonMutator(unsigned seed) : random_(seed) {}

    /// One to four changes somewhere in the document.
    void change(nlohmann::json& document) {
        for (std::size_t left = 1 + below(4); left > 0; --left) change_one(document);
    }

private:
    std::size_t below(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }

    /// Every value of the document, each with its parent.
    static void collect(nlohmann::json& value, nlohmann::json* parent,
                        std::vector<std::pair<nlohmann::json*, nlohmann::json*>>& all) {
        all.emplace_back(&value, parent);
        if (value.is_structured())
            for (nlohmann::json& child : value) collect(child, &value, all);
    }

    void change_one(nlohmann::json& document) {
        std::vector<std::pair<nlohmann::json*, nlohmann::json*>> all;
        collect(document, nullptr, all);
        const auto [value, parent] = all[below(all.size())];
        const nlohmann::json other = *all[below(all.size())].first;
        switch (below(7)) {
            case 0:
                change_plain(*value, all);
                break;
            case 1:
                change_plain(*value, all);
                break;
            case 2:
                *value = other;
                break;
            case 3:  // a value of the same kind, which a reader follows further
                for (int tries = 0; tries < 64; ++tries)
                    if (const nlohmann::json same = *all[below(all.size())].first; same.type() == value->type()) {
                        *value = same;
                        break;
                    }
                break;
            case 4:
                if (parent && parent->is_array()) parent->erase(below(parent->size()));
                if (parent && parent->is_object()) erase_key(*parent);
                break;
            case 5:
                if (value->is_array())
                    value->insert(value->begin() + static_cast<std::ptrdiff_t>(below(value->size() + 1)), other);
                if (value->is_object() && !value->empty()) (*value)[key_of(*value)] = other;
                break;
            default:
                if (value->is_array() && value->size() > 1)
                    std::swap((*value)[below(value->size())], (*value)[below(value->size())]);
        }
    }

    void change_plain(nlohmann::json& value, const std::vector<std::pair<nlohmann::json*, nlohmann::json*>>& all) {
        static const std::vector<std::int64_t> edges = {0,
                                                        1,
                                                        -1,
                                                        2,
                                                        3,
                                                        7,
                                                        13,
                                                        64,
                                                        255,
                                                        1 << 16,
                                                        std::numeric_limits<std::int32_t>::max(),
                                                        std::numeric_limits<std::int64_t>::max(),
                                                        std::numeric_limits<std::int64_t>::min()};
        if (value.is_number()) {
            if (below(8) == 0)
                value = 0.5;
            else if (below(2))
                value = edges[below(edges.size())];
            else if (value.is_number_integer())
                value = static_cast<std::int64_t>(static_cast<std::uint64_t>(value.get<std::int64_t>()) + below(5) - 2);
        } else if (value.is_boolean()) {
            value = !value.get<bool>();
        } else if (value.is_string()) {
            std::string text = value.get<std::string>();
            if (below(4) == 0 && !text.empty())
                text[below(text.size())] = static_cast<char>(' ' + below(95));
            else
                for (int tries = 0; tries < 64; ++tries)
                    if (const nlohmann::json& same = *all[below(all.size())].first; same.is_string()) {
                        text = same.get<std::string>();
                        break;
                    }
            value = text;
        } else {
            value = nullptr;
        }
    }

    std::string key_of(const nlohmann::json& object) {
        auto at = object.begin();
        std::advance(at, static_cast<std::ptrdiff_t>(below(object.size())));
        return at.key();
    }
    void erase_key(nlohmann::json& object) { object.erase(key_of(object)); }

    std::minstd_rand random_;
};

}  // namespace fuzz

extern "C" __attribute__((used)) inline std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                                                            std::size_t most, unsigned seed) {
    if (seed % 4 == 0) return LLVMFuzzerMutate(data, size, most);
    nlohmann::json document = nlohmann::json::parse(data, data + size, nullptr, false);
    if (document.is_discarded()) return LLVMFuzzerMutate(data, size, most);
    fuzz::JsonMutator(seed).change(document);
    const std::string text = document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (text.size() > most) return LLVMFuzzerMutate(data, size, most);
    std::memcpy(data, text.data(), text.size());
    return text.size();
}
