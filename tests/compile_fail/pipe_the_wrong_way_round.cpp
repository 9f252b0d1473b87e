// expect: the activation comes first: write view | edit
// A pipe reads from left to right: the activation first, then the edits in order.
#include <suture/suture.hpp>

using namespace suture;

auto ablate(const View<Q<768, 12>>& q) {
    constexpr auto silence = on<Q<768, 12>>(head<3>).zero();
#ifdef SUTURE_BAD
    return silence | q;
#else
    return q | silence;
#endif
}
