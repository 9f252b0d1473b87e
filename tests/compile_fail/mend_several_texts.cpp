// expect: this takes one text: give a string, with std::to_string for a number
#include <suture/text/utf8.hpp>

#include <string>
#include <vector>

using namespace suture;

[[maybe_unused]] void use(const std::vector<std::string>& words) {
#ifdef SUTURE_BAD
    auto x = replaced_utf8(words);
#else
    for (const auto& word : words) auto x = replaced_utf8(word);
#endif
}
