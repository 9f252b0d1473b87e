// expect: a View is read-only: call clone() first
// A part of a View is still somebody else's storage; an Owned hands out parts to write.
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
