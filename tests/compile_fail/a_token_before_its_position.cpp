// expect: the position comes first: write token_name(4, token)
#include <suture/pictures/pictures.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto name = pictures::token_name(" Mary", 4);
#else
    auto name = pictures::token_name(4, " Mary");
#endif
}
