// expect: two selectors restrict the same axis: keep one of them
// Two ranges of channels are two edits.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(dims<0, 10>, dims<20, 30>).zero();
#else
auto edit = on<Q>(dims<0, 10>).zero() | on<Q>(dims<20, 30>).zero();
#endif
