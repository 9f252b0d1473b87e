// expect: an entry is made when it is read: write (*it).view()
// Entries are made when they are asked for, so a pointer to one would dangle.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(const History<Qkv>& history) {
#ifdef SUTURE_BAD
    auto first = history.begin()->view();
#else
    auto first = (*history.begin()).view();
#endif
}
