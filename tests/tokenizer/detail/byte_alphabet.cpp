// The alphabet in which byte-level tokenizers write bytes.
#include "suture/tokenizer/detail/byte_alphabet.hpp"

#include "doctest.hpp"
#include "tokenizer/texts.hpp"

#include <set>
#include <string>

using suture::detail::alphabet_bytes;
using suture::detail::alphabet_end;

TEST_CASE("each byte has one character of the alphabet, and no other character stands for a byte") {
    std::set<std::string> bytes;
    for (std::int64_t character = 0; character < 0x500; ++character)
        if (const auto byte = alphabet_bytes(texts::utf8_of(character))) {
            CHECK(byte->size() == 1);
            CHECK(bytes.insert(*byte).second);
            CHECK(character < static_cast<std::int64_t>(alphabet_end));
        }
    CHECK(bytes.size() == 256);
}

TEST_CASE("entries stand for the bytes of OpenAI's table") {
    CHECK(alphabet_bytes("Ġthe") == " the");
    CHECK(alphabet_bytes("ĊĊ") == "\n\n");
    CHECK(alphabet_bytes("Ã©") == "é");
    CHECK(alphabet_bytes("ðŁĺĢ") == "😀");
    CHECK(alphabet_bytes("<|endoftext|>") == "<|endoftext|>");
    CHECK(alphabet_bytes("ĀġĢŁłŃ") == std::string("\0\x7F\x80\x9F\xA0\xAD", 6));
    CHECK(alphabet_bytes("") == "");
}

TEST_CASE("bytes are written as the entries that stand for them") {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
    CHECK(alphabet_bytes(suture::detail::alphabet_text(bytes)) == bytes);
    CHECK(suture::detail::alphabet_text(" the\n") == "ĠtheĊ");
    CHECK(suture::detail::alphabet_text("") == "");
}

TEST_CASE("an entry with a character outside the alphabet stands for no bytes") {
    for (const char* entry : {" the", "a\n", "日", "\u0144", "\xC2\xA0", "\xC2\xAD", "a\xFF"})
        CHECK_FALSE(alphabet_bytes(entry));
}
