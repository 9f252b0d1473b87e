// expect: the number of entries is their size: write recorder.size()
// A History has one entry for each layer and pass.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const History<Qkv>& history) {
#ifdef SUTURE_BAD
    auto n = history.length();
#else
    auto n = history.size();
#endif
}
