// expect: this takes one text: write csv_field(text)
#include <suture/text/csv.hpp>

using namespace suture;

[[maybe_unused]] void use(const std::string& text) {
#ifdef SUTURE_BAD
    auto x = csv_field(text, "b");
#else
    auto x = csv_field(text);
#endif
}
