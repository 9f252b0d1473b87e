// expect: a View is read-only: call clone() first
// A View shows storage that the model owns: writing it would silently change the model's own activation. A clone is
// yours alone.
#include <suture/suture.hpp>

using namespace suture;

void zero_the_query(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    q.fill_(0);
#else
    auto edited = q.clone();
    edited[on<Q>()] = 0;
#endif
}
