// expect: these heads lie in several groups: write one edit per group
// This layout has two query heads per group. Heads 1 and 2 lie in different groups, with keys and values between them,
// so together they do not form an axis of heads.
#include <suture/suture.hpp>

using namespace suture;

using Gqa = Grouped<4, Q<128, 2>, K<64>, V<64>>;

void ablate(View<Gqa> activation) {
#ifdef SUTURE_BAD
    auto edited = activation | on<Q>(heads<1, 3>).zero();
#else
    auto edited = activation | (on<Q>(head<1>).zero() | on<Q>(head<2>).zero());
#endif
}
