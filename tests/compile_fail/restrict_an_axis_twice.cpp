// expect: two selectors restrict the same axis: keep one of them
// Token 4 and tokens 0 to 2 have nothing in common; whichever won, the other would be silently ignored.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q<768, 12>>(token(4), tokens(0, 2)).zero();
#else
auto edit = on<Q<768, 12>>(token(4)).zero() | on<Q<768, 12>>(tokens(0, 2)).zero();
#endif
