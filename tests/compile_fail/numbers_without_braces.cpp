// expect: numbers stand in braces for each component: write extents({{768, 12}, ...})
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    Extents<Gpt2Qkv<dynamic, dynamic>> extents(768, 12);
#else
    Extents<Gpt2Qkv<dynamic, dynamic>> extents({{768, 12}, {768, 12}, {768, 12}});
#endif
}
