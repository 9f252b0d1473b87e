// expect: the injected View is grouped differently: take it from the same layout
// Both queries have 64 channels, but one has 12 groups and the other 16: positions would be taken for groups.
#include <suture/suture.hpp>

using namespace suture;

using NeoX = Grouped<12, Q<64>, K<64>, V<64>>;

using Wider = Grouped<16, Q<64>, K<64>, V<64>>;

void patch(View<NeoX> corrupted, View<NeoX> clean, View<Wider> other) {
    (void)clean, (void)other;
#ifdef SUTURE_BAD
    auto patched = corrupted | on<Q<64>>().set(other[on<Q>()]);
#else
    auto patched = corrupted | on<Q<64>>().set(clean[on<Q>()]);
#endif
}
