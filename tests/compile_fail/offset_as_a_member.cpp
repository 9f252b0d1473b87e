// expect: a component lies at an offset: write offset<Qkv, K<768>>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto n = Qkv::offset<K>();
#else
    auto n = offset<Qkv, K<768, 12>>;
#endif
}
