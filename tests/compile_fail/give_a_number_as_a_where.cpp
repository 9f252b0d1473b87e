// expect: a where is token(4), not a number: write on<C>(token(4))
// A number could be a token, a batch row or a head.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(4).zero();
#else
auto edit = on<Q>(token(4)).zero();
#endif
