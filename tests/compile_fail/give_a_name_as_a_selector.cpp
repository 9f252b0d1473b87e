// expect: this is not a selector: write on<C>(token(4), head(3), dims(0, 10))
// Axes are named by the selectors' own functions.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>("token 4").zero();
#else
auto edit = on<Q>(token(4)).zero();
#endif
