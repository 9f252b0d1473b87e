// expect: a place names one component: write on<Q>(token(4))
// A selector needs something to select from.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on(token(4)).zero();
#else
auto edit = on<Q>(token(4)).zero();
#endif
