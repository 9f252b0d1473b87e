// Any bytes as the files of a tokenizer: a vocabulary or a tokenizer.json, merges or a configuration, and a text, with a zero byte
// between them. What a tokenizer encodes it can decode, and labels lead back to their ids.
#include "suture/tokenizer/tokenizer.hpp"

#include "fuzz/bytes.hpp"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view all = fuzz::text(data, size);
    const std::size_t first = std::min(all.find('\0'), all.size());
    const std::size_t second = std::min(all.find('\0', std::min(first + 1, all.size())), all.size());
    const std::string_view vocabulary = all.substr(0, first),
                           merges = all.substr(std::min(first + 1, second), second - std::min(first + 1, second));
    const std::string text(all.substr(std::min(second + 1, all.size())));
    const auto check = [&] {
        fuzz::refused_or_read([&] {
            const auto tokenizer = suture::Tokenizer::open(fuzz::folder());
            const auto ids = tokenizer.encode(text);
            (void)tokenizer.decode(ids);
            for (const suture::Index id : ids)
                if (tokenizer.id_of(tokenizer.token_text(id)) != id) fuzz::fail("a label leads to another id");
        });
    };
    const auto words = fuzz::file("vocab.json", vocabulary);
    check();
    fuzz::file("merges.txt", merges);
    check();
    std::filesystem::remove(fuzz::folder() / "merges.txt");
    fuzz::file("tokenizer.json", vocabulary);
    for (const char* file : {"tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"}) {
        fuzz::file(file, merges);
        check();
        std::filesystem::remove(fuzz::folder() / file);
    }
    std::filesystem::remove(fuzz::folder() / "tokenizer.json");
    fuzz::refused_or_read([&] {
        const auto list = suture::WordLevel::read(words);
        (void)list.decode(list.encode(text));
    });
    return 0;
}
