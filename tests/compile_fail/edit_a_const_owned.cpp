// expect: a const Owned is read-only: write x.view() | edit, which clones
// A const Owned can be read by everyone and written by no one. Its view can be piped like any other.
#include <suture/suture.hpp>

using namespace suture;

auto ablate(const Owned<Q<768, 12>>& q) {
    constexpr auto silence = on<Q<768, 12>>(head<3>).zero();
#ifdef SUTURE_BAD
    q |= silence;
#else
    return q.view() | silence;
#endif
}
