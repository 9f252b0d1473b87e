// expect: one text is read back at a time: write from_visible_text(text)
#include <suture/text/visible_text.hpp>

#include <string>
#include <vector>

using namespace suture;

[[maybe_unused]] void use(const std::vector<std::string>& words) {
#ifdef SUTURE_BAD
    auto x = from_visible_text(words);
#else
    for (const auto& word : words) auto x = from_visible_text(word);
#endif
}
