// expect: a head is one whole number: write head(3), or heads({1, 5}) for several
// Several heads are an axis of the selection, one head is not.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(head(1, 5)).zero();
#else
auto edit = on<Q>(heads({1, 5})).zero();
#endif
