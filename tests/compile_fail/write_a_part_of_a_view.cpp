// expect: a View is read-only: call clone() first
// A part of a View is still someone else's storage; only an Owned has parts that can be written.
#include <suture/suture.hpp>

using namespace suture;

void zero_a_token(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    q.at(token(4)).fill_(0);
#else
    auto edited = q.clone();
    edited.at(token(4)).fill_(0);
#endif
}
