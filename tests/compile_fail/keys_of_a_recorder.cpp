// expect: a recorder is a range of entries: write for (const auto& entry : recorder)
// An entry has layer(), name(), pass() and view().
#include <iostream>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const Latest<Qkv>& latest) {
#ifdef SUTURE_BAD
    for (const auto& name : latest.keys()) std::cout << name;
#else
    for (const auto& entry : latest) std::cout << entry.name();
#endif
}
