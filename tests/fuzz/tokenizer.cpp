// Any bytes as the files of a tokenizer: the vocabulary, the merges and a text, with a zero byte between them. What a byte-level
// tokenizer encodes, it decodes to the same text.
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
    const auto words = fuzz::file("vocab.json", vocabulary);
    fuzz::refused_or_read([&] {
        const auto bpe = suture::ByteBpe::read(words, fuzz::file("merges.txt", merges));
        const auto ids = bpe.encode(text);
        if (bpe.decode(ids) != text && text.find(suture::ByteBpe::end_of_text) == text.npos)
            fuzz::fail("a text changed when it was encoded and decoded");
    });
    fuzz::refused_or_read([&] {
        const auto list = suture::WordLevel::read(words);
        (void)list.decode(list.encode(text));
    });
    return 0;
}
