// expect: a place names one component: write on<Q>(token(4))
// Edits compose, so several components take several edits.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q, K>(token(4)).zero();
#else
auto edit = on<Q>(token(4)).zero() | on<K>(token(4)).zero();
#endif
