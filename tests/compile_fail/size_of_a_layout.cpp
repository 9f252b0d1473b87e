// expect: a layout has a width: write Qkv::width
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto n = Qkv::size();
#else
    auto n = Qkv::width;
#endif
}
