// expect: two selectors restrict the same axis: keep one of them
// Several heads stand in one selector.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(head(3), head(7)).zero();
#else
auto edit = on<Q>(heads({3, 7})).zero();
#endif
