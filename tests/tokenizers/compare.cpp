// Compares tokenizers with what Python made of the same texts: huggingface.py writes the files that this reads.
//
//     compare DIRECTORY [NAME]    tokenizers whose name contains NAME, or all
#include <suture/tokenizer/tokenizer.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

namespace {

using nlohmann::json;
using Ids = std::vector<suture::Index>;

json read(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in) throw std::runtime_error("there is no " + file.string() + ": run huggingface.py first");
    return json::parse(in);
}

/// A directory with a tokenizer's files, which is removed at the end.
class Directory {
public:
    explicit Directory(const json& files)
        : path_(std::filesystem::temp_directory_path() / ("suture-tokenizers-" + std::to_string(::getpid()))) {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
        for (const auto& [name, content] : files.items())
            std::ofstream(path_ / name) << (content.is_string() ? content.get<std::string>() : content.dump());
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// What became of a text.
struct Outcome {
    Ids ids, plain;
    std::string decoded, skipped;
    bool operator==(const Outcome&) const = default;

    std::string shown() const {
        const auto text = [](const std::string& t) {
            return json(t).dump(-1, ' ', true, json::error_handler_t::replace);
        };
        return (json(ids).dump() + " " + json(plain).dump() + " " + text(decoded) + " " + text(skipped))
            .substr(0, 1000);
    }
};
/// huggingface.py leaves out what is the same as before.
Outcome expected(const json& given, const std::string& text) {
    Outcome wanted;
    wanted.ids = given[0].get<Ids>();
    wanted.plain = given[1].is_null() ? wanted.ids : given[1].get<Ids>();
    wanted.decoded = given[2].is_null() ? text : given[2].get<std::string>();
    wanted.skipped = given[3].is_null() ? wanted.decoded : given[3].get<std::string>();
    return wanted;
}

/// Compares a tokenizer, and says how it went. False if a text came out differently.
bool compare(const std::string& name, const suture::Tokenizer& tokenizer, const json& cases,
             const std::vector<std::string>& texts) {
    using Clock = std::chrono::steady_clock;
    std::size_t wrong = 0, tokens = 0, given_up = 0;
    double seconds = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (cases[i].is_null()) {
            ++given_up;  // Oniguruma's limit, which is not ours, or a text for others
            continue;
        }
        const Outcome wanted = expected(cases[i], texts[i]);
        Outcome is;
        const auto began = Clock::now();
        is.ids = tokenizer.encode(texts[i]);
        seconds += std::chrono::duration<double>(Clock::now() - began).count();
        is.plain = tokenizer.encode(texts[i], {.add_special_tokens = false});
        is.decoded = tokenizer.decode(wanted.ids);
        is.skipped = tokenizer.decode(wanted.ids, {.skip_special_tokens = true});
        tokens += is.ids.size();
        if (is == wanted) continue;
        if (++wrong <= 3)
            std::cout << name << " differs for "
                      << json(texts[i].substr(0, 300)).dump(-1, ' ', true, json::error_handler_t::replace)
                      << "\n  is     " << is.shown() << "\n  Python " << wanted.shown() << "\n";
    }
    // Labels are unique, and each leads back to its token.
    for (suture::Index id = 0; id < tokenizer.size() + 2; ++id)
        if (tokenizer.id_of(tokenizer.token_text(id)) != id && ++wrong <= 3)
            std::cout << name << ": " << tokenizer.token_text(id) << " does not lead back to id " << id << "\n";
    std::cout << name << ": " << texts.size() - given_up << " texts, " << wrong << " wrong, "
              << static_cast<double>(tokens) / seconds / 1e6 << " million tokens/s\n";
    return wrong == 0;
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc < 2) throw std::runtime_error("which directory? compare DIRECTORY [NAME]");
    const std::filesystem::path directory = argv[1];
    const std::string only = argc > 2 ? argv[2] : "";
    if (!std::filesystem::exists(directory / "kinds.json")) {
        std::cout << "skipped: " << directory.string()
                  << " has no kinds.json: huggingface.py did not find Python's tokenizers\n";
        return 0;
    }
    const json kinds = read(directory / "kinds.json"), models = read(directory / "models.json");
    const auto texts = read(directory / "texts.json").get<std::vector<std::string>>();
    std::size_t compared = 0, wrong = 0, refused = 0;
    for (const auto& [name, kind] : kinds.items()) {
        if (name.find(only) == name.npos) continue;
        ++compared;
        json files = kind.at("files");
        if (!kind.at("model").is_null())
            files.at("tokenizer.json")["model"] = models.at(kind.at("model").get<std::string>());
        try {
            const Directory folder(files);
            const auto tokenizer = suture::Tokenizer::open(folder.path());
            wrong += !compare(name, tokenizer, read(directory / (name + ".json")), texts);
        } catch (const suture::Error& e) {
            const auto may = kind.find("may_be_refused");
            const bool is_expected =
                may != kind.end() && std::string(e.what()).find(may->get<std::string>()) != std::string::npos;
            is_expected ? ++refused : ++wrong;
            std::cout << name << ": " << e.what() << "\n";
        }
    }
    std::cout << compared << " tokenizers and " << texts.size() << " texts: " << wrong << " tokenizers differ, "
              << refused << " are refused as they may be\n";
    // Refusing all of the expressions would show nothing.
    return wrong != 0 || compared == 0 || refused * 5 > compared;
} catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 1;
}
