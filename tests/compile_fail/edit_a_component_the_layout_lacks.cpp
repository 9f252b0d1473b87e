// expect: the layout lacks the component: name one that it has
// A GPT-2 query is 768 channels in a row; this layout has twelve queries of 64. The same offsets would hit keys and
// values, and no shape would tell.
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
