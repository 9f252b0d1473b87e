// expect: this layout gets its numbers at run time: ask its Extents for slices and offsets
// An offset is the sum of the widths before it, which the type does not say.
#include <suture/suture.hpp>

using namespace suture;

using AnyGpt2 = Gpt2Qkv<dynamic, dynamic>;

Index first_key(const Extents<AnyGpt2>& extents) {
#ifdef SUTURE_BAD
    return offset<AnyGpt2, K<dynamic, dynamic>>;
#else
    return extents.offset<K>();
#endif
}
