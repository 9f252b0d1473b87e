// expect: this takes one text: write visible_text(text)
#include <suture/text/visible_text.hpp>

using namespace suture;

[[maybe_unused]] void use(const std::string& text) {
#ifdef SUTURE_BAD
    auto x = visible_text(text, "b");
#else
    auto x = visible_text(text);
#endif
}
