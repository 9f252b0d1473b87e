// expect: the component has no such head: count its heads from 0, over all groups
// This layout has two query heads in each of its four groups, so heads are numbered 0 to 7. A range of heads may span
// groups, although keys and values lie between them.
#include <suture/suture.hpp>

using namespace suture;

using Gqa = Grouped<4, Q<128, 2>, K<64>, V<64>>;

void ablate(View<Gqa> activation) {
#ifdef SUTURE_BAD
    auto edited = activation | on<Q>(heads<7, 9>).zero();
#else
    auto edited = activation | on<Q>(heads<1, 3>).zero();
#endif
}
