// expect: an entry holds a value: write entry.view().norm()
// An entry also knows its layer, its site and its pass.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(const History<Qkv>& history) {
#ifdef SUTURE_BAD
    for (const auto& entry : history) auto size = entry.norm();
#else
    for (const auto& entry : history) auto size = entry.view().norm();
#endif
}
