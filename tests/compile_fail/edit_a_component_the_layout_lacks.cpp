// expect: the layout lacks the component: name one that it has
// GPT-2's query is 768 contiguous channels; this layout has twelve queries of 64. The same offsets would hit keys and
// values, and no shape check would notice.
#include <suture/suture.hpp>

using namespace suture;

using NeoX = Grouped<12, Q<64>, K<64>, V<64>>;

void ablate(View<NeoX> activation) {
#ifdef SUTURE_BAD
    auto edited = activation | on<Q<768, 12>>().zero();
#else
    auto edited = activation | on<Q<64>>().zero();
#endif
}
