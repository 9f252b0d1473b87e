// expect: a View or a const Owned is read-only: write view | place.set(value)
// A const Owned is read like a View.
#include <suture/suture.hpp>

using namespace suture;

auto silence(const Owned<Q<768, 12>>& q) {
#ifdef SUTURE_BAD
    q[on<Q>(token(4))] = 0;
#else
    return q.view() | on<Q>(token(4)).set(0);
#endif
}
