// expect: a head is one whole number: write head(3), or heads({1, 5}) for several
// Layers are sites, heads are numbers.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(head("9.6")).zero();
#else
auto edit = on<Q>(head(6)).zero();
#endif
