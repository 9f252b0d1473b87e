// expect: this takes one text: write from_visible_text(shown)
#include <suture/text/visible_text.hpp>

using namespace suture;

[[maybe_unused]] void use(const std::string& shown) {
#ifdef SUTURE_BAD
    auto x = from_visible_text(shown, "b");
#else
    auto x = from_visible_text(shown);
#endif
}
