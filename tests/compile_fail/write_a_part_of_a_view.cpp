// expect: a View or a const Owned is read-only: write view | place.set(value)
// A place of a View is still someone else's storage; only a place of an Owned can be written.
#include <suture/suture.hpp>

using namespace suture;

void zero_a_token(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    q[on<Q>(token(4))] = 0;
#else
    auto edited = q | on<Q>(token(4)).set(0);
    edited[on<Q>(token(5))] = 0;
#endif
}
