// expect: this takes one text: write replaced_utf8(text)
#include <suture/text/utf8.hpp>

using namespace suture;

[[maybe_unused]] void use(const std::string& text) {
#ifdef SUTURE_BAD
    auto x = replaced_utf8(text, "b");
#else
    auto x = replaced_utf8(text);
#endif
}
