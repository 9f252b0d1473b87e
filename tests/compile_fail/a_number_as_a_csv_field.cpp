// expect: this takes one text: give a string, with std::to_string for a number
#include <suture/text/csv.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto x = csv_field(3);
#else
    auto x = csv_field(std::to_string(3));
#endif
}
