// expect: a number is not a selector: write on<C>(token(4))
// A number could mean a token, a batch row or a head.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(4).zero();
#else
auto edit = on<Q>(token(4)).zero();
#endif
